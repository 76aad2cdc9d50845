using Kiln.Contracts.Plans;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Queue.Hosts;
using Kiln.Server.Runs.State;

namespace Kiln.Server.Queue;

/// <summary>Why a run waits, for machines and for people.</summary>
/// <param name="Reason">One of <see cref="RunReason"/>.</param>
/// <param name="Message">A sentence a person can act on.</param>
public sealed record WaitingReason(string Reason, string Message)
{
    /// <summary>How many runs before it a sentence names.</summary>
    public const int NamedRuns = 5;

    private const int NamedHosts = 5;

    /// <summary>Explains a run that a limit holds back.</summary>
    public static WaitingReason Limited(RunPlan plan, QueuePlace place)
    {
        var runs = string.Join(", ", place.Before);
        return place.Held == "build"
            ? new(RunReason.BuildLimit,
                $"Build {plan.BuildName} has at most {Runs(place.BuildLimit)} at once (run_policy.max_running); before this one: {runs}.")
            : new(RunReason.ProjectLimit,
                $"Project {plan.ProjectKey} has at most {Runs(place.ProjectLimit)} at once (its max_running); before this one: {runs}.");
    }

    /// <summary>Explains a run that goes on in a kept workspace and that the workspace's host has not taken.</summary>
    public static WaitingReason InWorkspace(ContinuedAttempt continues, long ahead, IReadOnlyList<HostPresence> hosts)
    {
        var host = hosts.FirstOrDefault(host => host.Agent.AgentId == continues.AgentId);
        return host is { TakesRuns: true }
            ? new(RunReason.HostsBusy,
                $"Host {host.Agent.Name}, which keeps the workspace of attempt {continues.Attempt}, is busy; {Place(ahead)}.")
            : new(RunReason.WorkspaceHostAway,
                $"The workspace of attempt {continues.Attempt} is on host {continues.Host}, and that {(host is null ? "is not known any more" : Lack(host))}. "
                + "To run from the beginning on another host, cancel the run and retry it.");
    }

    private static string Lack(HostPresence host) =>
        host.Agent.Capacity == 0 && host.Status == "online" ? "has no capacity" : $"is {host.Status}";

    private static string Runs(int count) => count == 1 ? "1 run" : $"{count} runs";

    /// <summary>Explains a ready run that nobody has taken.</summary>
    /// <param name="needs">What it needs of a place.</param>
    /// <param name="ahead">How many runs are ahead of it.</param>
    /// <param name="hosts">Every host.</param>
    /// <param name="clusters">Every cluster.</param>
    public static WaitingReason Explain(
        IReadOnlyList<string> needs, long ahead, IReadOnlyList<HostPresence> hosts, ClusterRoster clusters) =>
        Needs.ClusterOf(needs) is { } cluster ? InCluster(cluster, clusters.Find(cluster), ahead) : Explain(needs, ahead, hosts);

    private static WaitingReason InCluster(string name, ClusterPresence? cluster, long ahead) => cluster switch
    {
        null => new(RunReason.NoCluster, $"Cluster {name} is not known to this server (yet): it was added just now, renamed or deleted."),
        { Standing: ClusterStanding.Unusable } => new(RunReason.NoCluster, $"Cluster {name} cannot be used. {cluster.Message}"),
        { Standing: ClusterStanding.Unreachable } => new(RunReason.ClusterUnreachable, cluster.Message),
        _ => new(RunReason.ClusterBusy, $"Cluster {name} has as many runs as it may have (pod_capacity); {Place(ahead)}."),
    };

    /// <summary>Explains a ready run that no host has taken.</summary>
    /// <param name="needs">What it needs of a host.</param>
    /// <param name="ahead">How many runs are ahead of it.</param>
    /// <param name="hosts">Every host.</param>
    public static WaitingReason Explain(IReadOnlyList<string> needs, long ahead, IReadOnlyList<HostPresence> hosts)
    {
        var present = hosts.Where(host => host.TakesRuns).ToList();
        if (present.Count == 0)
        {
            return new(RunReason.NoHost, hosts.Count == 0
                ? "No host has joined yet: start one with `kiln agent`, or the server with KILN_CAPACITY of 1 or more."
                : $"No host takes runs now: {string.Join(", ", hosts.Take(NamedHosts).Select(Standing))}.");
        }
        var fitting = present.Where(host => Missing(needs, host.Agent).Count == 0).ToList();
        return fitting.Count == 0
            ? new(RunReason.NoHostWithLabels, NotFitting(needs, present))
            : new(RunReason.HostsBusy, $"Every fitting host is busy ({Names(fitting)}); {Place(ahead)}.");
    }

    /// <summary>What a host lacks.</summary>
    public static IReadOnlyList<string> Missing(IReadOnlyList<string> needs, AgentInfo agent)
    {
        var offers = Needs.Offers(agent);
        return [.. needs.Where(need => !offers.Contains(need))];
    }

    private static string NotFitting(IReadOnlyList<string> needs, List<HostPresence> present)
    {
        var lacks = present.Take(NamedHosts).Select(host =>
            $"{host.Agent.Name} lacks {string.Join(" and ", Missing(needs, host.Agent).Select(Needs.Spoken))}");
        var more = present.Count > NamedHosts ? $", and {present.Count - NamedHosts} more hosts do not fit" : "";
        return $"No host fits: {string.Join(", ", lacks)}{more}.";
    }

    private static string Standing(HostPresence host) => $"{host.Agent.Name} {Lack(host)}";

    private static string Place(long ahead) => ahead switch
    {
        0 => "this run is next",
        1 => "1 run is ahead of it",
        _ => $"{ahead} runs are ahead of it",
    };

    private static string Names(List<HostPresence> hosts) =>
        string.Join(", ", hosts.Take(NamedHosts).Select(host => host.Agent.Name))
        + (hosts.Count > NamedHosts ? $" and {hosts.Count - NamedHosts} more" : "");
}
