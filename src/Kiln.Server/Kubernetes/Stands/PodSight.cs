using Kiln.Server.Kubernetes.Objects;

namespace Kiln.Server.Kubernetes.Stands;

/// <summary>What the cluster says about a run's pod, at one moment.</summary>
/// <param name="Pod">The pod as it was last seen; <c>null</c> = there was none yet.</param>
/// <param name="Events">What was said about the pod, its Job and its claims, the newest last.</param>
internal sealed record PodSight(Pod? Pod, IReadOnlyList<ClusterEvent> Events)
{
    /// <summary>The newest event of one of these reasons, or <c>null</c>.</summary>
    public ClusterEvent? Newest(params ReadOnlySpan<string> reasons)
    {
        for (var i = Events.Count - 1; i >= 0; i--)
        {
            if (reasons.Contains(Events[i].Reason))
            {
                return Events[i];
            }
        }
        return null;
    }
}
