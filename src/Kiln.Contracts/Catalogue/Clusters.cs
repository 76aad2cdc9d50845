namespace Kiln.Contracts.Catalogue;

/// <summary>A Kubernetes cluster that builds can run on.</summary>
public sealed record Cluster
{
    public required string Name { get; init; }
    public required bool Production { get; init; }
    public required string Description { get; init; }

    /// <summary>Provider number, as clients keep it; Kiln does not use it.</summary>
    public required int Provider { get; init; }

    /// <summary><c>agent</c> or <c>kubeconfig</c>.</summary>
    public required string Type { get; init; }

    /// <summary>True for the system's own cluster, which a build gets when it names none.</summary>
    public required bool Local { get; init; }

    /// <summary>Kubeconfig: sealed at rest, the mask or empty in answers.</summary>
    public required string KubeConfig { get; init; }

    /// <summary>Projects that may use it; empty = all.</summary>
    public required IReadOnlyList<string> ProjectNames { get; init; }

    /// <summary>Scheduling strategies; exactly one is the default when there are any.</summary>
    public required IReadOnlyList<SchedulingStrategy> Strategies { get; init; }
}

/// <summary>How pods choose nodes.</summary>
public sealed record SchedulingStrategy
{
    public required string StrategyName { get; init; }

    /// <summary><c>normal</c>, <c>preferred</c> or <c>required</c>.</summary>
    public required string Strategy { get; init; }

    public required IReadOnlyList<NodeLabel> NodeLabels { get; init; }

    /// <summary>Tolerations in YAML; may be empty.</summary>
    public required string Tolerations { get; init; }

    public required bool Default { get; init; }
}

/// <summary>A condition on a node's label.</summary>
/// <param name="Key">Label.</param>
/// <param name="Operator"><c>In</c>, <c>NotIn</c>, <c>Exists</c>, <c>DoesNotExist</c>, <c>Gt</c> or <c>Lt</c>.</param>
/// <param name="Value">Values.</param>
public sealed record NodeLabel(string Key, string Operator, IReadOnlyList<string> Value);

/// <summary>A cluster in answers. Times are Unix seconds.</summary>
public sealed record ClusterView(
    string ClusterId,
    string Name,
    bool Production,
    string Description,
    int Provider,
    string CreatedBy,
    long CreatedTime,
    bool Local,
    string Type,
    string KubeConfig,
    IReadOnlyList<string> ProjectNames,
    IReadOnlyList<SchedulingStrategy> Strategies);

/// <summary>Answer to the creation of a cluster.</summary>
/// <param name="Cluster">The cluster.</param>
public sealed record ClusterCreated(ClusterView Cluster);
