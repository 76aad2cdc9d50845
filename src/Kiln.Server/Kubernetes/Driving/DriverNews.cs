using Kiln.Contracts.Protocol;
using Kiln.Server.Kubernetes.Objects;
using Kiln.Server.Kubernetes.Watching;

namespace Kiln.Server.Kubernetes.Driving;

/// <summary>What a driver is told; it takes one after the other. A closed family.</summary>
internal abstract record DriverNews
{
    private DriverNews() { }

    /// <summary>The queue has something: work, an order, an end.</summary>
    public sealed record Rung : DriverNews;

    /// <summary>A second has passed.</summary>
    public sealed record Ticked : DriverNews;

    public sealed record OfPods(WatchNews<Pod> News) : DriverNews;

    public sealed record OfEvents(WatchNews<ClusterEvent> News) : DriverNews;

    /// <summary>An attempt at making a lease's objects has come to its end.</summary>
    public sealed record Made(LeaseKey Key, Making Outcome) : DriverNews;

    /// <summary>An attempt at removing a lease's objects has come to its end.</summary>
    public sealed record Removed(LeaseKey Key, bool IsGone) : DriverNews;

    /// <summary>What the cluster has of leases, wanted or not.</summary>
    /// <param name="Keys">Those that have objects which a driver removes.</param>
    /// <param name="Pods">Those that have pods; <c>null</c> = not everything could be listed.</param>
    public sealed record Found(IReadOnlyCollection<LeaseKey> Keys, IReadOnlySet<LeaseKey>? Pods) : DriverNews;
}
