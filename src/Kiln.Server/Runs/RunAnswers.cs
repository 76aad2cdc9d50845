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

/// <summary>Lines of a log that hold a text.</summary>
/// <param name="Search">The text.</param>
/// <param name="Matches">In the order of the log.</param>
/// <param name="NextLine">There are more: <c>from_line</c> to go on with; <c>null</c> = that is all.</param>
/// <param name="LogNotice">Why the log is not there any more; empty while it is.</param>
public sealed record LogSearchAnswer(
    string Search, IReadOnlyList<LogMatchView> Matches, long? NextLine, string LogNotice);

/// <summary>A line that holds the text.</summary>
/// <param name="Line">Its number in the whole log, from 1.</param>
/// <param name="Offset">Where the text stands in the log.</param>
/// <param name="TimeMs">When it arrived, Unix milliseconds; 0 = not known.</param>
/// <param name="Text">The line; of one longer than 1 KiB the part around the text.</param>
/// <param name="Before">Lines before it.</param>
/// <param name="After">Lines behind it.</param>
public sealed record LogMatchView(
    long Line, long Offset, long TimeMs, string Text, IReadOnlyList<string> Before, IReadOnlyList<string> After);

/// <summary>Sections of a log in the order of their beginnings.</summary>
/// <param name="Sections">The sections.</param>
/// <param name="IsTruncated">There are more than are kept.</param>
/// <param name="LogNotice">Why the log is not there any more; empty while it is.</param>
public sealed record LogSectionsAnswer(IReadOnlyList<LogSectionView> Sections, bool IsTruncated, string LogNotice);

/// <summary>A section. Lines from 1, times in Unix seconds; 0 = it was not closed, or no time is known.</summary>
/// <param name="Name">Name in its marks; may be empty.</param>
/// <param name="Title">What to show for it.</param>
/// <param name="Depth">Sections around it.</param>
/// <param name="IsCollapsed">Whether the script wants it folded at first.</param>
/// <param name="StartLine">Line of the opening mark.</param>
/// <param name="EndLine">Line of the closing mark.</param>
/// <param name="LogStart">Offset of the opening mark's line.</param>
/// <param name="LogEnd">Offset behind the closing mark's line.</param>
/// <param name="StartTime">When it began.</param>
/// <param name="EndTime">When it ended.</param>
public sealed record LogSectionView(
    string Name,
    string Title,
    int Depth,
    bool IsCollapsed,
    long StartLine,
    long EndLine,
    long LogStart,
    long LogEnd,
    long StartTime,
    long EndTime);

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
[JsonSerializable(typeof(LogSearchAnswer))]
[JsonSerializable(typeof(LogSectionsAnswer))]
public sealed partial class RunAnswersJson : JsonSerializerContext;
