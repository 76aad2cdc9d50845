using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;

namespace Kiln.Server.Clusters;

/// <summary>Scheduling strategies of a cluster's body.</summary>
internal static class SchedulingStrategies
{
    /// <summary>What a cluster has that names none: the scheduler's own choice.</summary>
    public static SchedulingStrategy Normal { get; } = new()
    {
        StrategyName = "default",
        Strategy = "normal",
        NodeLabels = [],
        Tolerations = "",
        Default = true,
    };

    /// <summary>Reads them; one is the default afterwards.</summary>
    public static IReadOnlyList<SchedulingStrategy> Read(BodyObject body)
    {
        var strategies = body.Objects("strategies", Presence.Optional, Read1);
        if (strategies.Count == 0)
        {
            return [Normal];
        }
        if (strategies.Select(strategy => strategy.StrategyName).Distinct().Count() < strategies.Count)
        {
            body.Refuse("strategies", "Two strategies have the same strategy_name.");
        }
        switch (strategies.Count(strategy => strategy.Default))
        {
            case 0:
                return [strategies[0] with { Default = true }, .. strategies.Skip(1)];
            case > 1:
                body.Refuse("strategies", "Only one strategy can be the default.");
                break;
            default:
                break;
        }
        return strategies;
    }

    private static SchedulingStrategy Read1(BodyObject body)
    {
        var kind = body.Word("strategy", Presence.Optional, "normal", "normal", "preferred", "required");
        var labels = body.Objects("node_labels", Presence.Optional, label => new NodeLabel(
            label.Text("key", Presence.Filled),
            label.Word("operator", Presence.Optional, "In", "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"),
            label.Texts("value", Presence.Optional)));
        if (kind == "required" && labels.Count == 0)
        {
            body.Refuse("node_labels", "A required strategy needs at least one node label.");
        }
        return new SchedulingStrategy
        {
            StrategyName = NameRules.Read(body, "strategy_name"),
            Strategy = kind,
            NodeLabels = labels,
            Tolerations = body.Text("tolerations", Presence.Optional),
            Default = body.Flag("default", fallback: false),
        };
    }
}
