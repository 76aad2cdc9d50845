using System.Security.Cryptography;
using System.Threading.Channels;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Kubernetes.Connections;
using Kiln.Server.Kubernetes.Manifests;
using Kiln.Server.Kubernetes.Objects;

namespace Kiln.Server.Kubernetes.Driving;

/// <summary>A driver's calls to its cluster, so many at once, beside its loop; what comes of them goes back as news.</summary>
internal sealed class DriverHands(PodMaker maker, string owner, SemaphoreSlim calls, ChannelWriter<DriverNews> news)
{
    private readonly HashSet<Task> _working = [];
    private readonly Lock _gate = new();

    /// <summary>Makes a lease's objects.</summary>
    /// <param name="one">The lease.</param>
    /// <param name="order">What to make; <c>null</c> = the lease is no more.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public void Make(PodCase one, Func<Task<PodOrder?>> order, CancellationToken cancellationToken)
    {
        one.IsBusy = true;
        Begin(
            async () =>
            {
                Making outcome;
                try
                {
                    outcome = await order() is { } made
                        ? await maker.MakeAsync(made, cancellationToken)
                        : new Making.Refused("The run is no more.");
                }
                catch (CryptographicException failure)
                {
                    outcome = new Making.Refused($"The run's secrets cannot be opened: {failure.Message}");
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    outcome = new Making.Later(RunReason.Starting, $"The run's objects cannot be made now: {failure.Message}");
                }
                return new DriverNews.Made(one.Key, outcome);
            },
            cancellationToken);
    }

    /// <summary>Removes a lease's objects.</summary>
    public void Remove(PodCase one, CancellationToken cancellationToken)
    {
        one.IsBusy = true;
        Begin(
            async () => new DriverNews.Removed(one.Key, await maker.RemoveAsync(one.Key, owner, one.IsOwned, cancellationToken)),
            cancellationToken);
    }

    /// <summary>Looks what there is of this server's in the cluster.</summary>
    public void Sweep(KubernetesApi api, CancellationToken cancellationToken) => Begin(() => FindAsync(api, cancellationToken), cancellationToken);

    /// <summary>Waits until nothing is under way.</summary>
    public async Task RestAsync()
    {
        Task[] working;
        lock (_gate)
        {
            working = [.. _working];
        }
        await Task.WhenAll(working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<DriverNews> FindAsync(KubernetesApi api, CancellationToken cancellationToken)
    {
        var (keys, pods) = (new HashSet<LeaseKey>(), new HashSet<LeaseKey>());
        var isWhole = await CollectAsync(api, Resources.Jobs, keys, cancellationToken)
            & await CollectAsync(api, Resources.Secrets, keys, cancellationToken)
            & await CollectAsync(api, Resources.Claims, keys, cancellationToken)
            & await CollectAsync(api, Resources.Pods, pods, cancellationToken);
        return new DriverNews.Found(keys, isWhole ? pods : null);
    }

    // Claims that a build keeps bear no run and are never among them.
    private async Task<bool> CollectAsync<T>(KubernetesApi api, Resource<T> resource, HashSet<LeaseKey> keys, CancellationToken cancellationToken)
        where T : IKubernetesObject
    {
        if (await api.ListAsync(resource, PodNames.Selector(owner), cancellationToken) is not KubernetesCall<ObjectList<T>>.Done { Value.Items: var all })
        {
            return false;
        }
        keys.UnionWith(all.Select(static one => PodNames.KeyOf(one.Metadata)).OfType<LeaseKey>());
        return true;
    }

    private void Begin(Func<Task<DriverNews>> work, CancellationToken cancellationToken)
    {
        var task = Task.Run(
            async () =>
            {
                await calls.WaitAsync(cancellationToken);
                try
                {
                    news.TryWrite(await work());
                }
                finally
                {
                    calls.Release();
                }
            },
            cancellationToken);
        lock (_gate)
        {
            _working.Add(task);
        }
        _ = task.ContinueWith(
            done =>
            {
                lock (_gate)
                {
                    _working.Remove(done);
                }
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
