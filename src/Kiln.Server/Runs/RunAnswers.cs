using System.Text.Json.Serialization;
using Kiln.Contracts.Runs;

namespace Kiln.Server.Runs;

/// <summary>A page of runs.</summary>
public sealed record RunListAnswer(long Total, IReadOnlyList<RunView> Runs);

/// <summary>A run was queued again, or told to stop.</summary>
public sealed record OrderAnswer(long RunId, RunStatus Status, int Attempt);

/// <summary>Every attempt of a run, the first one first.</summary>
public sealed record AttemptsAnswer(IReadOnlyList<AttemptView> Attempts);

/// <summary>An attempt of a run. Times are Unix seconds, 0 = not yet.</summary>
/// <param name="Cause">Why there is this attempt; empty for the first one.</param>
/// <param name="Host">Host that has or had it; empty = none yet.</param>
/// <param name="DurationMs">Milliseconds from start to end.</param>
public sealed record AttemptView(
    int Attempt,
    RunStatus Status,
    string Reason,
    string Message,
    int? ExitCode,
    string Cause,
    string Host,
    long QueuedTime,
    long StartTime,
    long EndTime,
    long DurationMs);

/// <summary>Outputs of a run.</summary>
public sealed record OutputsAnswer(IReadOnlyList<RunOutput> Outputs);

/// <summary>Why a run stands as it does; for one that waits with what each host lacks.</summary>
public sealed record WhyAnswer(
    long RunId, RunStatus Status, string Reason, string Message, IReadOnlyList<string> Needs, IReadOnlyList<WhyHost> Hosts);

/// <summary>A host, as seen by a waiting run.</summary>
/// <param name="Status"><c>fits</c>, <c>lacks</c>, <c>draining</c> or <c>unreachable</c>.</param>
/// <param name="Missing">What it lacks.</param>
public sealed record WhyHost(string Name, string Status, IReadOnlyList<string> Missing);

/// <summary>A piece of a log in an event stream.</summary>
public sealed record LogEvent(long Offset, long NextOffset, string Text);

/// <summary>JSON of the answers about runs.</summary>
[JsonSourceGenerationOptions(
    System.Text.Json.JsonSerializerDefaults.Web, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RunListAnswer))]
[JsonSerializable(typeof(OrderAnswer))]
[JsonSerializable(typeof(AttemptsAnswer))]
[JsonSerializable(typeof(OutputsAnswer))]
[JsonSerializable(typeof(TestReport))]
[JsonSerializable(typeof(WhyAnswer))]
[JsonSerializable(typeof(LogEvent))]
public sealed partial class RunAnswersJson : JsonSerializerContext;
