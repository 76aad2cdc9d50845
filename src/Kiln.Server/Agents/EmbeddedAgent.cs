using Kiln.Agent;

namespace Kiln.Server.Agents;

/// <summary>
/// The agent inside the server: the same code as one on another host. Ctrl-C stops its runs; after any other stop they go on and
/// the next start adopts them.
/// </summary>
internal sealed partial class EmbeddedAgent(
    AgentOptions options, OwnServer server, StopSignals signals, ILogger<EmbeddedAgent> logger)
    : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _stoppingRuns = new();
    private Task _work = Task.CompletedTask;

    /// <exception cref="AgentStartException">It cannot work here.</exception>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        _work = WorkAsync();
        if (_work.IsFaulted)
        {
            await _work;
        }
    }

    // Before the listener closes: the ends of stopped runs still have to be told.
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await (signals.ByHand ? _stoppingRuns : _stopping).CancelAsync();
        await _work.WaitAsync(cancellationToken);
    }

    private async Task WorkAsync()
    {
        if (await AgentHost.RunAsync(options, server, logger, _stoppingRuns.Token, _stopping.Token) is AgentEnd.Refused refused)
        {
            Log.Refused(logger, refused.Message);
        }
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _stoppingRuns.Dispose();
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The agent inside the server is not taken by it and has ended: {Message}")]
        public static partial void Refused(ILogger logger, string message);
    }
}
