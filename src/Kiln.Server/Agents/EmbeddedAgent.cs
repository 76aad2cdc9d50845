using Kiln.Agent;
using Kiln.Server.Http;

namespace Kiln.Server.Agents;

/// <summary>
/// The agent inside the server: the same code as one on another host, speaking to the server's own listener. Ctrl-C stops
/// its runs; after any other stop they go on and the next start adopts them.
/// </summary>
internal sealed class EmbeddedAgent(
    AgentOptions options, PublicAddress address, StopSignals signals, ILogger<EmbeddedAgent> logger)
    : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _stoppingRuns = new();
    private HttpClient? _http;
    private Task _work = Task.CompletedTask;

    /// <exception cref="AgentStartException">It cannot work here.</exception>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        _http = AgentHost.CreateClient(address.Local);
        _work = AgentHost.RunAsync(options, _http, logger, _stoppingRuns.Token, _stopping.Token);
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

    public void Dispose()
    {
        _http?.Dispose();
        _stopping.Dispose();
        _stoppingRuns.Dispose();
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
