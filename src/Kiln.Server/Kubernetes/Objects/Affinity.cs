namespace Kiln.Server.Kubernetes.Objects;

/// <summary>Which nodes a pod is drawn to.</summary>
public sealed record Affinity(NodeAffinity NodeAffinity);

/// <summary>Conditions on nodes, as must or as wish.</summary>
public sealed record NodeAffinity
{
    public NodeSelector? RequiredDuringSchedulingIgnoredDuringExecution { get; init; }
    public IReadOnlyList<PreferredNodes>? PreferredDuringSchedulingIgnoredDuringExecution { get; init; }
}

/// <summary>A node fits when one term does.</summary>
public sealed record NodeSelector(IReadOnlyList<NodeSelectorTerm> NodeSelectorTerms);

/// <summary>A term fits when all its conditions do.</summary>
public sealed record NodeSelectorTerm(IReadOnlyList<NodeCondition> MatchExpressions);

/// <summary>A condition on a node's label.</summary>
public sealed record NodeCondition(string Key, string Operator, IReadOnlyList<string>? Values);

/// <summary>A wish with its weight, 1 to 100.</summary>
public sealed record PreferredNodes(int Weight, NodeSelectorTerm Preference);

/// <summary>A taint that a pod bears.</summary>
public sealed record Toleration
{
    public string? Key { get; init; }
    public string? Operator { get; init; }
    public string? Value { get; init; }
    public string? Effect { get; init; }
    public long? TolerationSeconds { get; init; }
}
