using Kiln.Contracts.Protocol;

namespace Kiln.Server.Queue.Pods;

/// <summary>What is known of a lease's pod that its runner is to be told.</summary>
/// <param name="Key">The lease.</param>
internal sealed record PodRecord(LeaseKey Key)
{
    /// <summary>The pod that has the lease; empty = none has asked for it yet.</summary>
    public string Name { get; init; } = "";

    /// <summary>Sentences for the run's log; the list only grows.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>Why the pod or its build container has ended or is going to; never changes once it is known.</summary>
    public PodTrouble? Trouble { get; init; }

    /// <summary>Unix milliseconds of whichever server heard the pod last; 0 = none did.</summary>
    public long HeardAt { get; init; }
}
