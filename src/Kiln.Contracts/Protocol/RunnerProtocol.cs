using System.Text.Json.Serialization;
using Kiln.Contracts.Runs;

namespace Kiln.Contracts.Protocol;

/// <summary>
/// The runner protocol: HTTP, always called by the runner's side. docs/runner-protocol.md has its guarantees.
/// Delivery is at-least-once everywhere; the fence decides who may speak for an attempt.
/// </summary>
public static class RunnerProtocol
{
    /// <summary>Version of these messages; server and agent speak N and N-1.</summary>
    public const int Version = 1;

    /// <summary><c>POST</c>, agent token: <see cref="PollRequest"/> → <see cref="PollReply"/>; held until there is
    /// something to say or <see cref="PollReply.HoldSeconds"/> have passed.</summary>
    public const string PollPath = "/runner/v1/poll";

    /// <summary><c>POST</c>, agent token, or the run token of that very lease: <see cref="LeaseKey"/> → <see cref="Lease"/>;
    /// 409 when the fence is stale. Idempotent under one fence; for an agent that adopts a run directory, and for a pod, which
    /// is given its token and nothing else.</summary>
    public const string SpecPath = "/runner/v1/spec";

    /// <summary>Header of a pod's <see cref="SpecPath"/>: its name. The first pod that asks has the lease; another one that a
    /// cluster made in its place is answered 409.</summary>
    public const string PodHeader = "X-Kiln-Pod";

    /// <summary><c>POST</c>, run token: a <see cref="ReportFrame"/> → <see cref="ReportReply"/>; 409 when stale.</summary>
    public const string ReportPath = "/runner/v1/report";

    /// <summary><c>POST</c>, run token: <see cref="HeartbeatRequest"/> → <see cref="HeartbeatReply"/>; held until there is
    /// something new or <see cref="HeartbeatReply.HoldSeconds"/> have passed; 409 when stale. For runners without an agent,
    /// those of pods.</summary>
    public const string HeartbeatPath = "/runner/v1/heartbeat";

    /// <summary><c>PUT</c>, run token, <c>/runner/v1/artifacts/{path}?run=&amp;attempt=&amp;fence=&amp;kind=&amp;sha256=</c>:
    /// the content → <see cref="RunArtifact"/>. Repeating it replaces the same path.</summary>
    public const string ArtifactPath = "/runner/v1/artifacts/";

    /// <summary>Media type of <see cref="ReportFrame"/>.</summary>
    public const string ReportMediaType = "application/x-kiln-report";
}

/// <summary>The part of an error answer that an agent tells its operator.</summary>
/// <param name="Description">A sentence, see docs/api.md.</param>
public sealed record Refusal(string? Description);

/// <summary>Names one lease.</summary>
/// <param name="RunId">Run.</param>
/// <param name="Attempt">Attempt, from 1.</param>
/// <param name="Fence">Fencing token: grows with every lease of the run; a call with a smaller one is answered 409.</param>
public sealed record LeaseKey(long RunId, int Attempt, long Fence);

/// <summary>The right to run one attempt, with all that is needed for it.</summary>
/// <param name="Key">Which.</param>
/// <param name="Token">Bearer token for this lease's reports and artifacts; dies with the lease. Kept in memory only.</param>
/// <param name="Spec">What to run.</param>
public sealed record Lease(LeaseKey Key, string Token, RunSpec Spec);

/// <summary>What an agent is.</summary>
/// <param name="AgentId">Stable over restarts, made by the agent once and kept in its data directory.</param>
/// <param name="Name">Host name, for people.</param>
/// <param name="Version">Product version.</param>
/// <param name="Protocol">Newest protocol it speaks.</param>
/// <param name="Os">For example <c>linux</c>.</param>
/// <param name="Arch">For example <c>x64</c>.</param>
/// <param name="Labels">Labels it was started with.</param>
/// <param name="Capacity">Runs at once.</param>
/// <param name="Shells">Script kinds that it can run: <c>shell</c>, <c>batch_file</c>, <c>powershell</c>.</param>
/// <param name="Draining">True when it wants no new runs.</param>
/// <param name="BootId">The boot of its machine: with another one, nothing lives there that was started before, and what was not synced is
/// gone. Empty = not known.</param>
public sealed record AgentInfo(
    string AgentId,
    string Name,
    string Version,
    int Protocol,
    string Os,
    string Arch,
    IReadOnlyList<string> Labels,
    int Capacity,
    IReadOnlyList<string> Shells,
    bool Draining,
    string BootId = "");

/// <summary>
/// An agent's one held request: heartbeat, wish for work, and ear for orders in one. It names every run the agent
/// holds; the server extends their leases, gives out work up to the capacity it counts itself, hands out again what
/// the agent does not know of yet, and tells what to stop.
/// </summary>
/// <param name="Agent">Who asks.</param>
/// <param name="Holding">Every attempt the agent works on.</param>
/// <param name="Swept">Kept workspaces that it has let go of, repeated until a poll was answered; absent = none.</param>
public sealed record PollRequest(
    AgentInfo Agent,
    IReadOnlyList<LeaseKey> Holding,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<SweptWorkspace>? Swept = null);

/// <summary>A kept workspace that is there no more.</summary>
/// <param name="Key">Lease of the attempt that it was kept of.</param>
/// <param name="Message">Why, as a sentence.</param>
public sealed record SweptWorkspace(LeaseKey Key, string Message);

/// <summary>Answer to <see cref="PollRequest"/>.</summary>
/// <param name="Start">New (or not yet acknowledged) leases. An agent that already holds one ignores it.</param>
/// <param name="Stop">What to stop. Repeated until the attempt ends.</param>
/// <param name="HoldSeconds">How long the server holds the next poll at most; silence of three times this is unreachability.</param>
public sealed record PollReply(IReadOnlyList<Lease> Start, IReadOnlyList<StopOrder> Stop, int HoldSeconds);

/// <summary>An order to stop.</summary>
/// <param name="Key">Which attempt.</param>
/// <param name="Cause"><c>cancelled</c>, <c>timeout</c>, or <c>stale</c>: the lease is no longer the agent's, end everything and report nothing.</param>
/// <param name="Message">Who or why, for the run's log; may be empty.</param>
public sealed record StopOrder(LeaseKey Key, string Cause, string Message);

/// <summary>
/// One report of a runner: events and a piece of the log, applied in one transaction. On the wire: 4 bytes
/// big-endian length of the JSON, the JSON (<see cref="ReportHead"/>), then the log bytes.
/// </summary>
/// <param name="Head">Events and where the log bytes belong.</param>
/// <param name="Log">Masked log bytes from <see cref="ReportHead.LogOffset"/> on; may be empty.</param>
public readonly record struct ReportFrame(ReportHead Head, ReadOnlyMemory<byte> Log);

/// <summary>JSON part of a report.</summary>
/// <param name="Key">Lease.</param>
/// <param name="Events">In order; empty = only log, or only a sign of life.</param>
/// <param name="LogOffset">Offset of the first log byte in this report; must not be beyond what the server has.</param>
/// <param name="WantsDurable">The runner needs the place of what it has sent: the server syncs the log before it answers, see
/// <see cref="ReportReply.LogDurable"/>.</param>
public sealed record ReportHead(LeaseKey Key, IReadOnlyList<RunEvent> Events, long LogOffset, bool WantsDurable = false);

/// <summary>Answer to a report, sent after its events are durable.</summary>
/// <param name="Seq">Last event the server has; the runner goes on behind it.</param>
/// <param name="LogLength">Log bytes the server has; the runner goes on from there, also when it is less than it sent before.</param>
/// <param name="Stop">Set when the attempt is to be stopped.</param>
/// <param name="Ended">True once the attempt's end is stored and the whole log is durable: the run directory may go.</param>
/// <param name="LogDurable">Log bytes that a power cut of the server does not take: the runner may free these. Set where
/// <see cref="ReportHead.WantsDurable"/> asked for it; a server that does not know the question does not answer it.</param>
public sealed record ReportReply(long Seq, long LogLength, StopOrder? Stop, bool Ended, long? LogDurable = null);
