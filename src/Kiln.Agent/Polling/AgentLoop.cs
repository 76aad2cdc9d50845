using Kiln.Contracts.Protocol;
using Kiln.Runner.Kept;
using Microsoft.Extensions.Logging;

namespace Kiln.Agent.Polling;

/// <summary>Holds one poll after the other: takes work and orders from the answers. There is no tick: the server answers
/// when it has something to say, and otherwise after its hold.</summary>
internal sealed partial class AgentLoop(
    IAgentServer server, AgentInfo agent, ActiveRuns runs, KeptWorkspaces kept, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    private TimeSpan _patience = TimeSpan.FromMinutes(2);
    private bool _isConnected;
    private bool _wasConnected;

    /// <summary>
    /// Polls until told to stop, or until the server does not take this agent: then what it said is returned. An agent
    /// that was taken before first brings the ends of what it holds, which needs the runs' own tokens only.
    /// </summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var backoff = new Backoff(clock);
        while (true)
        {
            var swept = kept.Swept;
            switch (await server.PollAsync(new PollRequest(agent, runs.Holding, swept), _patience, cancellationToken))
            {
                case AgentCall<PollReply>.Answered answered:
                    backoff.Reset();
                    if (swept is not null)
                    {
                        kept.Forget(swept);
                    }
                    Take(answered.Reply);
                    break;
                case AgentCall<PollReply>.Refused refused when !_wasConnected || runs.Holding.Count == 0:
                    return refused.Message;
                case AgentCall<PollReply>.Refused refused:
                    _isConnected = false;
                    Log.Refused(logger, refused.Message);
                    await backoff.WaitAsync(cancellationToken);
                    break;
                case AgentCall<PollReply>.Unreachable unreachable:
                    _isConnected = false;
                    Log.Unreachable(logger, unreachable.Message);
                    await backoff.WaitAsync(cancellationToken);
                    break;
                default:
                    await backoff.WaitAsync(cancellationToken);
                    break;
            }
        }
    }

    private void Take(PollReply reply)
    {
        if (!_isConnected)
        {
            _isConnected = _wasConnected = true;
            Log.Connected(logger, agent.Name, agent.Capacity);
        }
        _patience = TimeSpan.FromSeconds(Math.Max(1, reply.HoldSeconds)) + Margin;
        foreach (var lease in reply.Start)
        {
            runs.Start(lease);
        }
        foreach (var order in reply.Stop)
        {
            runs.Stop(order);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 220, Level = LogLevel.Information,
            Message = "Agent {Name} is connected and takes {Capacity} runs at once")]
        public static partial void Connected(ILogger logger, string name, int capacity);

        [LoggerMessage(EventId = 221, Level = LogLevel.Error,
            Message = "The server does not take this agent any more; it ends with its runs: {Message}")]
        public static partial void Refused(ILogger logger, string message);

        [LoggerMessage(EventId = 222, Level = LogLevel.Warning, Message = "The server cannot be reached: {Message}")]
        public static partial void Unreachable(ILogger logger, string message);
    }
}
