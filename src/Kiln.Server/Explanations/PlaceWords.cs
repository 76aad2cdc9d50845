using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Server.Queue;
using Kiln.Server.Queue.Hosts;

namespace Kiln.Server.Explanations;

/// <summary>Says where a run would go, and why there.</summary>
internal static class PlaceWords
{
    public static ExplainedPlace Of(RunPlan plan, IReadOnlyList<HostPresence> hosts, ClusterRoster clusters)
    {
        if (plan.Pod is { } pod)
        {
            return Of(pod, Needs.Of(plan), clusters);
        }
        var needs = Needs.Of(plan);
        var seen = hosts.Select(host => See(needs, host)).ToArray();
        var fitting = seen.Where(static host => host.Status == "fits").Select(static host => host.Name).ToArray();
        string[] spoken = [.. needs.Select(Needs.Spoken)];
        return fitting.Length == 0
            ? new ExplainedPlace("waits", WaitingReason.Explain(needs, ahead: 0, hosts).Message, spoken, seen)
            : new ExplainedPlace(
                "ready",
                $"On {(fitting.Length == 1 ? fitting[0] : $"the first free one of {string.Join(", ", fitting)}")}: "
                    + $"{(fitting.Length == 1 ? "it has" : "they have")} {string.Join(" and ", spoken)}.",
                spoken,
                seen);
    }

    private static ExplainedPlace Of(PlannedPod pod, IReadOnlyList<string> needs, ClusterRoster clusters) =>
        clusters.Find(pod.ClusterName) is { Standing: ClusterStanding.Ready }
            ? new ExplainedPlace("ready", $"In a pod of cluster {pod.ClusterName}, from the image {pod.Image}{Strategy(pod)}.", [], [])
            : new ExplainedPlace("waits", WaitingReason.Explain(needs, ahead: 0, [], clusters).Message, [], []);

    private static string Strategy(PlannedPod pod) =>
        pod.StrategyName.Length == 0 ? "" : $", on nodes of the strategy {pod.StrategyName}";

    private static ExplainedHost See(IReadOnlyList<string> needs, HostPresence host)
    {
        var missing = WaitingReason.Missing(needs, host.Agent);
        var status = !host.IsReachable ? "unreachable"
            : host.Agent.Draining || host.Agent.Capacity == 0 ? "draining"
            : missing.Count > 0 ? "lacks"
            : "fits";
        return new ExplainedHost(host.Agent.Name, status, [.. missing.Select(Needs.Spoken)]);
    }
}
