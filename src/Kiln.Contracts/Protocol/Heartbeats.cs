namespace Kiln.Contracts.Protocol;

/// <summary>
/// The one held call of a runner that no agent speaks for: that of a pod. It tells that the lease is alive, and is the ear for
/// orders and for what the cluster says about the pod. Repeating it changes nothing.
/// </summary>
/// <param name="Key">The lease; its run token authorizes the call.</param>
/// <param name="NoticesHeard">How many of the attempt's notices the runner has: those from this index on are wanted. A runner
/// that starts again begins with the number its journal holds; 0 = none yet.</param>
public sealed record HeartbeatRequest(LeaseKey Key, int NoticesHeard);

/// <summary>
/// Answer to <see cref="HeartbeatRequest"/>: sent at once when there is a notice beyond those heard, or a stop order or a trouble
/// that no earlier answer told this lease, else after <see cref="HoldSeconds"/>. A stale fence is answered 409.
/// </summary>
/// <param name="Stop">What to stop; repeated until the attempt ends.</param>
/// <param name="Trouble">What the cluster says about the end of the container that the script runs in; once known it is in
/// every answer, and never changes. Null = nothing known.</param>
/// <param name="Notices">Sentences for the run's log, in order, from <see cref="HeartbeatRequest.NoticesHeard"/> on. The list
/// that they are taken from only grows while the attempt lasts; each is one line without its end.</param>
/// <param name="HoldSeconds">How long the server holds the next call at most; silence of three times this is unreachability.</param>
public sealed record HeartbeatReply(StopOrder? Stop, PodTrouble? Trouble, IReadOnlyList<string> Notices, int HoldSeconds);

/// <summary>Why a pod, or the container of it that the script runs in, has ended or is going to.</summary>
/// <param name="Reason">A word of <see cref="Runs.RunReason"/>.</param>
/// <param name="Message">One sentence, with the cluster's own words where there are any.</param>
public sealed record PodTrouble(string Reason, string Message);
