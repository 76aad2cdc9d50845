using Kiln.Agent.Polling;
using Kiln.Contracts.Protocol;
using Kiln.Runner;
using Kiln.Runner.Rooms;
using Microsoft.Extensions.Logging;

namespace Kiln.Agent.Pods;

/// <summary>Holds one heartbeat after the other and passes on what the answers say. There is no tick: the server answers when it has
/// something to say, and otherwise after its hold.</summary>
internal sealed partial class Heartbeat(
    LeaseKey lease, HttpAgentServer server, AttemptRunner runner, RunRoom room, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    /// <summary>Beats until cancelled, or until the lease is another's.</summary>
    /// <param name="heard">Notices that an earlier runner of this lease has said.</param>
    /// <param name="cancellationToken">The run is over.</param>
    public async Task RunAsync(int heard, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(clock);
        var patience = TimeSpan.FromMinutes(1);
        while (true)
        {
            switch (await server.HeartbeatAsync(new HeartbeatRequest(lease, heard), patience, cancellationToken))
            {
                case AgentCall<HeartbeatReply>.Answered { Reply: var reply }:
                    backoff.Reset();
                    patience = TimeSpan.FromSeconds(Math.Max(1, reply.HoldSeconds)) + Margin;
                    heard += reply.Notices.Count;
                    Take(reply);
                    break;
                case AgentCall<HeartbeatReply>.Stale:
                    runner.Stop(new StopOrder(lease, "stale", ""));
                    return;
                case AgentCall<HeartbeatReply>.Refused refused:
                    Log.Unheard(logger, lease.RunId, refused.Message);
                    await backoff.WaitAsync(cancellationToken);
                    break;
                case AgentCall<HeartbeatReply>.Unreachable unreachable:
                    Log.Unheard(logger, lease.RunId, unreachable.Message);
                    await backoff.WaitAsync(cancellationToken);
                    break;
            }
        }
    }

    private void Take(HeartbeatReply reply)
    {
        foreach (var notice in reply.Notices)
        {
            runner.Say(notice);
        }
        if (reply.Trouble is { } trouble)
        {
            room.Tell(trouble);
        }
        if (reply.Stop is { } stop)
        {
            runner.Stop(stop);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 250, Level = LogLevel.Warning, Message = "Run {RunId}: the heartbeat is not answered: {Message}")]
        public static partial void Unheard(ILogger logger, long runId, string message);
    }
}
