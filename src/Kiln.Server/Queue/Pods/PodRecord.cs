using Kiln.Contracts.Protocol;

namespace Kiln.Server.Queue.Pods;

/// <summary>What is known of a lease's pod that its runner is to be told.</summary>
/// <param name="Key">The lease.</param>
/// <param name="Notices">Sentences for the run's log; the list only grows.</param>
/// <param name="Trouble">Why the pod or its build container has ended or is going to; never changes once it is known.</param>
/// <param name="HeardAt">Unix milliseconds of whichever server heard the pod last; 0 = none did.</param>
internal sealed record PodRecord(LeaseKey Key, IReadOnlyList<string> Notices, PodTrouble? Trouble, long HeardAt);
