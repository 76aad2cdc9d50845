using Kiln.EndToEnd.Harness;

[assembly: AssemblyFixture(typeof(SharedCluster))]

namespace Kiln.EndToEnd.Harness;

/// <summary>One cluster of two nodes for every scenario of pods, started when the first asks for it.</summary>
public sealed class SharedCluster : IAsyncDisposable
{
    private readonly Scratch _scratch = new();
    private readonly SemaphoreSlim _starting = new(1, 1);
    private KubernetesCluster? _cluster;
    private string? _obstacle;

    /// <summary>The cluster, with the images that builds need. Where there can be none the test is skipped, and says why.</summary>
    public async Task<KubernetesCluster> GetAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            _obstacle ??= _cluster is null ? await KubernetesCluster.ObstacleAsync(cancellationToken) : null;
            Assert.SkipUnless(_obstacle is null, $"There is no Kubernetes here: {_obstacle}");
            if (_cluster is null)
            {
                _cluster = await KubernetesCluster.StartAsync(_scratch, nodes: 2, cancellationToken);
                await _cluster.LoadImagesAsync(cancellationToken);
            }
            return _cluster;
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
        _scratch.Dispose();
        _starting.Dispose();
    }
}
