using Kiln.Contracts.Catalogue;
using Kiln.Server.Kubernetes.Connections;
using Kiln.Server.Kubernetes.Objects;

namespace Kiln.Server.Kubernetes.Manifests;

/// <summary>What a scheduling strategy means for a pod.</summary>
internal static class PodScheduling
{
    private const int Weight = 10;

    /// <summary>The strategy of that name, else the default one; <c>null</c> when the cluster has neither.</summary>
    public static SchedulingStrategy? Choose(IReadOnlyList<SchedulingStrategy> strategies, string name) =>
        strategies.FirstOrDefault(strategy => strategy.StrategyName == name)
        ?? strategies.FirstOrDefault(strategy => strategy.Default);

    /// <summary>Nodes it must or should run on: one term for each label, a node with any of them fits.</summary>
    public static Affinity? Affinity(SchedulingStrategy? strategy) => strategy switch
    {
        { Strategy: "required", NodeLabels.Count: > 0 } => new(new NodeAffinity
        {
            RequiredDuringSchedulingIgnoredDuringExecution = new([.. strategy.NodeLabels.Select(Term)]),
        }),
        { Strategy: "preferred", NodeLabels.Count: > 0 } => new(new NodeAffinity
        {
            PreferredDuringSchedulingIgnoredDuringExecution =
                [.. strategy.NodeLabels.Select(label => new PreferredNodes(Weight, Term(label)))],
        }),
        _ => null,
    };

    /// <summary>Taints it bears.</summary>
    /// <exception cref="InvalidDataException">The strategy's text is not a list of tolerations.</exception>
    public static IReadOnlyList<Toleration>? Tolerations(SchedulingStrategy? strategy) =>
        string.IsNullOrWhiteSpace(strategy?.Tolerations)
            ? null
            : Yaml.Read(strategy.Tolerations, KubernetesJson.Default.Tolerations);

    private static NodeSelectorTerm Term(NodeLabel label) =>
        new([new NodeCondition(label.Key, label.Operator, label.Value.Count == 0 ? null : label.Value)]);
}
