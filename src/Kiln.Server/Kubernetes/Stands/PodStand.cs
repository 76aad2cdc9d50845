using Kiln.Contracts.Protocol;

namespace Kiln.Server.Kubernetes.Stands;

/// <summary>What is true of a run's pod. A closed family.</summary>
internal abstract record PodStand
{
    private PodStand() { }

    /// <summary>It has not begun.</summary>
    /// <param name="Reason">A word of <see cref="Contracts.Runs.RunReason"/>.</param>
    /// <param name="Message">Why, with the cluster's own words where there are any.</param>
    /// <param name="Hope">Whether waiting can help.</param>
    public sealed record Waits(string Reason, string Message, PodHope Hope) : PodStand;

    /// <summary>Its runner runs.</summary>
    public sealed record Runs : PodStand;

    /// <summary>What the script runs in has ended, or the pod is about to; its runner may still tell the end.</summary>
    public sealed record Troubled(PodTrouble Trouble) : PodStand;

    /// <summary>Nobody in it will say anything any more.</summary>
    public sealed record Over(PodTrouble Trouble) : PodStand;
}

/// <summary>Whether waiting helps a pod that has not begun.</summary>
internal enum PodHope
{
    /// <summary>It may begin at any time: nodes come, quotas are freed.</summary>
    Good,

    /// <summary>What failed is tried again, but rarely heals: given up after a while.</summary>
    Little,

    /// <summary>It will fail the same way for ever.</summary>
    None,
}
