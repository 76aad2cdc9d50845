namespace Kiln.EndToEnd.Harness;

/// <summary>One server of pods for the scenarios of a class that leave it as they found it.</summary>
public sealed class PodServerFixture : IAsyncDisposable
{
    private readonly Scratch _scratch = new();
    private readonly SemaphoreSlim _starting = new(1, 1);
    private PodServer? _pods;

    public async Task<PodServer> GetAsync(SharedCluster shared, CancellationToken cancellationToken)
    {
        var cluster = await shared.GetAsync(cancellationToken);
        await _starting.WaitAsync(cancellationToken);
        try
        {
            return _pods ??= await PodServer.StartAsync(cluster, _scratch, Path.GetFileName(_scratch.Path).ToLowerInvariant(), cancellationToken);
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_pods is not null)
        {
            await _pods.DisposeAsync();
        }
        _scratch.Dispose();
        _starting.Dispose();
    }
}
