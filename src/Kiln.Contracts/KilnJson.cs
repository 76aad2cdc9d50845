using System.Text.Json;
using System.Text.Json.Serialization;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;

namespace Kiln.Contracts;

/// <summary>JSON of everything that crosses a wire or is stored: snake_case names, source-generated.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DictionaryKeyPolicy = JsonKnownNamingPolicy.Unspecified)]
[JsonSerializable(typeof(RunPlan))]
[JsonSerializable(typeof(PlannedPackage))]
[JsonSerializable(typeof(RunSpec))]
[JsonSerializable(typeof(RunEvent))]
[JsonSerializable(typeof(RunView))]
[JsonSerializable(typeof(RunRequest))]
[JsonSerializable(typeof(RunAccepted))]
[JsonSerializable(typeof(Refusal))]
[JsonSerializable(typeof(PollRequest))]
[JsonSerializable(typeof(PollReply))]
[JsonSerializable(typeof(HeartbeatRequest))]
[JsonSerializable(typeof(HeartbeatReply))]
[JsonSerializable(typeof(LeaseKey))]
[JsonSerializable(typeof(Lease))]
[JsonSerializable(typeof(ReportHead))]
[JsonSerializable(typeof(ReportReply))]
[JsonSerializable(typeof(RunArtifact))]
public sealed partial class KilnJson : JsonSerializerContext;
