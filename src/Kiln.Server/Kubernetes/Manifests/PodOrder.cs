using Kiln.Contracts.Catalogue;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Protocol;

namespace Kiln.Server.Kubernetes.Manifests;

/// <summary>All that a pod's manifest is made from.</summary>
public sealed record PodOrder
{
    public required LeaseKey Key { get; init; }

    /// <summary>The run's token; it goes into a secret that only the container <c>kiln</c> is given.</summary>
    public required string Token { get; init; }

    /// <summary>A plan with <see cref="RunPlan.Pod"/>.</summary>
    public required RunPlan Plan { get; init; }

    /// <summary>Secrets of the plan by reference, for image pulls.</summary>
    public required IReadOnlyDictionary<string, string> Secrets { get; init; }

    /// <summary>Seconds between TERM and KILL when the run is stopped.</summary>
    public required int GraceSeconds { get; init; }

    public required PodPlace Place { get; init; }
}

/// <summary>What a cluster and the server's settings add to every pod.</summary>
public sealed record PodPlace
{
    /// <summary>Tells this server's objects from those of another in the same namespace.</summary>
    public required string Owner { get; init; }

    public required string Namespace { get; init; }

    /// <summary>Address of this server as pods reach it.</summary>
    public required Uri ServerUrl { get; init; }

    /// <summary>Image of the container that drives the run.</summary>
    public required string AgentImage { get; init; }

    /// <summary>The strategies of the cluster.</summary>
    public required IReadOnlyList<SchedulingStrategy> Strategies { get; init; }

    /// <summary>Where the cluster keeps caches.</summary>
    public required ClusterCache Cache { get; init; }
}
