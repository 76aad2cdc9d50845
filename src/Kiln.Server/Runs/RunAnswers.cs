using System.Text.Json.Serialization;
using Kiln.Contracts.Runs;

namespace Kiln.Server.Runs;

/// <summary>A page of runs.</summary>
public sealed record RunListAnswer(long Total, IReadOnlyList<RunView> Runs);

/// <summary>A run was queued again, or told to stop.</summary>
public sealed record OrderAnswer(long RunId, RunStatus Status, int Attempt);

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
[JsonSerializable(typeof(OutputsAnswer))]
[JsonSerializable(typeof(WhyAnswer))]
[JsonSerializable(typeof(LogEvent))]
public sealed partial class RunAnswersJson : JsonSerializerContext;
