using Kiln.Contracts.Plans;
using Kiln.Contracts.Protocol;
using Kiln.Server.Runs.State;

namespace Kiln.Server.Queue;

/// <summary>
/// What an attempt needs of a host and what a host offers, as words of one kind: <c>label:x</c>, <c>shell:powershell</c>, <c>host:id</c>.
/// A host fits when it offers all that is needed. A cluster offers <c>cluster:name</c>, which is all that runs in pods need.
/// </summary>
public static class Needs
{
    private const string Label = "label:";
    private const string Shell = "shell:";
    private const string Cluster = "cluster:";
    private const string Host = "host:";

    /// <summary>What a plan needs.</summary>
    public static IReadOnlyList<string> Of(RunPlan plan)
    {
        if (plan.Pod is { } pod)
        {
            return [OfCluster(pod.ClusterName)];
        }
        var needs = new List<string>(plan.HostLabels.Count + 1);
        foreach (var label in plan.HostLabels)
        {
            AddOnce(needs, Label + label);
        }
        foreach (var step in plan.Steps)
        {
            switch (step)
            {
                case PlannedStep.Script script:
                    AddOnce(needs, Shell + script.Kind);
                    break;
                case PlannedStep.PostScript:
                    AddOnce(needs, Shell + "shell");
                    break;
                default:
                    break;
            }
        }
        return needs;
    }

    /// <summary>What an attempt of a plan needs: one that goes on in a kept workspace also needs the host that keeps it.</summary>
    public static IReadOnlyList<string> Of(RunPlan plan, ContinuedAttempt? continues) =>
        continues is null ? Of(plan) : [.. Of(plan), Host + continues.AgentId];

    /// <summary>What a host offers.</summary>
    public static IReadOnlyList<string> Offers(AgentInfo agent)
    {
        var offers = new List<string>(agent.Labels.Count + agent.Shells.Count + 1) { Host + agent.AgentId };
        foreach (var label in agent.Labels)
        {
            AddOnce(offers, Label + label);
        }
        foreach (var shell in agent.Shells)
        {
            AddOnce(offers, Shell + shell);
        }
        return offers;
    }

    /// <summary>What a run in a pod of a cluster needs, and the cluster offers.</summary>
    public static string OfCluster(string name) => Cluster + name;

    /// <summary>The cluster that is needed; <c>null</c> = a host.</summary>
    public static string? ClusterOf(IReadOnlyList<string> needs) =>
        needs is [var need] && need.StartsWith(Cluster, StringComparison.Ordinal) ? need[Cluster.Length..] : null;

    /// <summary>A need as a person says it.</summary>
    public static string Spoken(string need) => need.StartsWith(Label, StringComparison.Ordinal)
        ? $"the label {need[Label.Length..]}"
        : need.StartsWith(Host, StringComparison.Ordinal)
        ? "the kept workspace"
        : need.StartsWith(Cluster, StringComparison.Ordinal)
        ? $"the cluster {need[Cluster.Length..]}"
        : $"{need[Shell.Length..]} scripts";

    private static void AddOnce(List<string> words, string word)
    {
        if (!words.Contains(word))
        {
            words.Add(word);
        }
    }
}
