using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Kubernetes.Connections;
using Kiln.Server.Kubernetes.Manifests;
using Kiln.Server.Kubernetes.Objects;
using Kiln.Server.Kubernetes.Stands;

namespace Kiln.Server.Kubernetes.Driving;

/// <summary>
/// Makes and removes the objects of a run. Every name follows from the lease, so making them again finds them: repeating
/// changes nothing, whoever does it.
/// </summary>
/// <param name="api">The cluster.</param>
/// <param name="clusterName">Its name, for people.</param>
internal sealed class PodMaker(KubernetesApi api, string clusterName)
{
    /// <summary>
    /// Makes what is not there yet. The Job comes before the token, which is the Job's from its first moment and goes with it, whoever
    /// dies in between: a pod needs longer to its container <c>kiln</c> than the token to the cluster, and kubelet waits for one that is late.
    /// What a pod's scheduling and pulls ask for at once, claims and logins, comes before the Job and becomes its own behind it.
    /// </summary>
    public async Task<Making> MakeAsync(PodOrder order, CancellationToken cancellationToken)
    {
        RunManifest manifest;
        try
        {
            manifest = RunManifest.Of(order);
        }
        catch (InvalidDataException unreadable)
        {
            return new Making.Refused($"The tolerations of the cluster's strategy cannot be read: {unreadable.Message}");
        }
        var troubles = await Task.WhenAll(
        [
            .. manifest.Logins.Select(login => TroubleAsync(Resources.Secrets, login, cancellationToken)),
            .. manifest.Claims.Select(claim => TroubleAsync(Resources.Claims, claim, cancellationToken)),
        ]);
        // What never can be weighs more than what can be later.
        if ((Array.Find(troubles, static one => one is Making.Refused) ?? Array.Find(troubles, static one => one is not null)) is { } early)
        {
            return early;
        }
        var (job, refusal) = await EnsureAsync(Resources.Jobs, manifest.Job, cancellationToken);
        if (job is null)
        {
            return refusal!;
        }
        var owner = new OwnerReference(job.ApiVersion, job.Kind, job.Metadata.Name, job.Metadata.Uid ?? "");
        var adopting = AdoptAsync(manifest, owner, cancellationToken);
        var (token, late) = await EnsureAsync(Resources.Secrets, manifest.Token.OwnedBy(owner), cancellationToken);
        var isOwned = await adopting;
        return late ?? new Making.Made(isOwned && token!.Metadata.OwnerReferences is [_, ..]);
    }

    /// <summary>Removes everything of a lease but kept claims. True = it is gone, or going.</summary>
    /// <param name="key">The lease.</param>
    /// <param name="owner">Which server's.</param>
    /// <param name="isOwned">Whether all but the Job is known to go with it; else what does not is looked for.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<bool> RemoveAsync(LeaseKey key, string owner, bool isOwned, CancellationToken cancellationToken)
    {
        if (await api.DeleteAsync(Resources.Jobs, PodNames.Of(key), graceSeconds: null, cancellationToken) is not KubernetesCall<bool>.Done)
        {
            return false;
        }
        if (isOwned)
        {
            return true;
        }
        // What the Job owns goes with it; what was not made its own yet goes here.
        var selector = PodNames.Selector(owner, key);
        return await RemoveAllAsync(Resources.Secrets, selector, cancellationToken)
            && await RemoveAllAsync(Resources.Claims, selector, cancellationToken);
    }

    private async Task<bool> RemoveAllAsync<T>(Resource<T> resource, string selector, CancellationToken cancellationToken)
        where T : IKubernetesObject
    {
        if (await api.ListAsync(resource, selector, cancellationToken) is not KubernetesCall<ObjectList<T>>.Done { Value.Items: var left })
        {
            return false;
        }
        foreach (var one in left.Where(static one => one.Metadata.OwnerReferences is null or []))
        {
            if (await api.DeleteAsync(resource, one.Metadata.Name, graceSeconds: null, cancellationToken) is not KubernetesCall<bool>.Done)
            {
                return false;
            }
        }
        return true;
    }

    // False: one that failed is looked for at the end, or by the sweeper.
    private async Task<bool> AdoptAsync(RunManifest manifest, OwnerReference owner, CancellationToken cancellationToken)
    {
        var adoptions = await Task.WhenAll(
        [
            .. manifest.Logins.Select(login => api.AdoptAsync(Resources.Secrets, login.Metadata.Name, owner, cancellationToken)),
            .. manifest.Claims.Where(static claim => PodNames.KeyOf(claim.Metadata) is not null)
                .Select(claim => api.AdoptAsync(Resources.Claims, claim.Metadata.Name, owner, cancellationToken)),
        ]);
        return Array.TrueForAll(adoptions, static adoption => adoption is KubernetesCall<bool>.Done);
    }

    private async Task<Making?> TroubleAsync<T>(Resource<T> resource, T wanted, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => (await EnsureAsync(resource, wanted, cancellationToken)).Trouble;

    /// <summary>The object as it is there, or why it is not.</summary>
    private async Task<(T? There, Making? Trouble)> EnsureAsync<T>(Resource<T> resource, T wanted, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        var call = await api.CreateAsync(resource, wanted, cancellationToken);
        return call switch
        {
            KubernetesCall<T>.Done done => (done.Value, null),
            KubernetesCall<T>.Refused { Status.Reason: "AlreadyExists" } => await FindAsync(resource, wanted, cancellationToken),
            _ => (null, TroubleOf(call)),
        };
    }

    private async Task<(T? There, Making? Trouble)> FindAsync<T>(Resource<T> resource, T wanted, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        var call = await api.GetAsync(resource, wanted.Metadata.Name, cancellationToken);
        return call switch
        {
            KubernetesCall<T>.Done { Value: var there }
                when there.Metadata.Label(PodNames.Owner) == wanted.Metadata.Label(PodNames.Owner) => (there, null),
            KubernetesCall<T>.Done => (null, new Making.Refused(
                $"Namespace {api.Namespace} of cluster {clusterName} has a {wanted.Metadata.Name} of another Kiln server; give each server a namespace of its own.")),
            KubernetesCall<T>.Refused { Status.Code: 404 } =>
                (null, new Making.Later(RunReason.Starting, $"{wanted.Metadata.Name} is being deleted in cluster {clusterName}.")),
            _ => (null, TroubleOf(call)),
        };
    }

    private Making TroubleOf<T>(KubernetesCall<T> call) => call switch
    {
        KubernetesCall<T>.Refused refused => Refusal(refused.Status),
        KubernetesCall<T>.Unreachable unreachable =>
            new Making.Later(RunReason.ClusterUnreachable, UnreachableWords(clusterName, unreachable.Message)),
        _ => throw new InvalidOperationException("An outcome of a call is missing here."),
    };

    private Making Refusal(ApiStatus status) => status switch
    {
        { Code: 401 } => new Making.Later(
            RunReason.NoCluster, $"Cluster {clusterName} does not take the credentials that the server has for it: {PodReading.Words(status.Message)}"),
        _ when status.Message.Contains("exceeded quota", StringComparison.Ordinal) => new Making.Later(
            RunReason.PodQuota, $"The quota of namespace {api.Namespace} has no room for the run: {PodReading.Words(status.Message)}"),
        { Code: 409 } => new Making.Later(RunReason.Starting, $"Cluster {clusterName} asks to try again: {PodReading.Words(status.Message)}"),
        _ => new Making.Refused($"Cluster {clusterName} refuses the run's objects: {PodReading.Words(status.Message)}"),
    };

    /// <summary>That a cluster cannot be reached, as a sentence.</summary>
    public static string UnreachableWords(string clusterName, string message) =>
        $"Cluster {clusterName} cannot be reached, the run waits for it: {PodReading.Words(message)}";
}
