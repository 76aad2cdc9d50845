using Kiln.Contracts.Protocol;

namespace Kiln.Server.Kubernetes.Watching;

/// <summary>Pauses after trouble with a cluster: longer than those of runners, for an API server that comes back serves everybody.</summary>
internal static class ClusterPauses
{
    public static Backoff Of(TimeProvider time) => new(time, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
}
