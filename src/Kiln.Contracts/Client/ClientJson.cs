using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Kiln.Contracts.Builds;
using Kiln.Contracts.Runs;

namespace Kiln.Contracts.Client;

/// <summary>JSON that the client reads and writes.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RunRequest))]
[JsonSerializable(typeof(RetryRequest))]
[JsonSerializable(typeof(RunAccepted))]
[JsonSerializable(typeof(RunView))]
[JsonSerializable(typeof(RunPage))]
[JsonSerializable(typeof(RunArtifacts))]
[JsonSerializable(typeof(RunWhy))]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(ChangeAnswer))]
[JsonSerializable(typeof(JsonNode))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class ClientJson : JsonSerializerContext;

/// <summary>The part of the error envelope that a client needs.</summary>
internal sealed record ErrorAnswer(string? Description, ErrorExtra? Extra);

/// <summary>Details of an error.</summary>
internal sealed record ErrorExtra(IReadOnlyList<Violation>? Errors);
