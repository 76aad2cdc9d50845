using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kiln.Contracts;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Server.Runs.State;
using Kiln.Server.Storage;

namespace Kiln.Server.Runs;

/// <summary>JSON of what runs store and answer.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DictionaryKeyPolicy = JsonKnownNamingPolicy.Unspecified)]
[JsonSerializable(typeof(AttemptState))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>), TypeInfoPropertyName = "Secrets")]
[JsonSerializable(typeof(IReadOnlyList<RunParameterView>), TypeInfoPropertyName = "Parameters")]
public sealed partial class RunsJson : JsonSerializerContext
{
    private static readonly RunsJson Rows = new(Relaxed());
    private static readonly KilnJson Plans = new(Relaxed());

    private static readonly ParsedTexts<AttemptState> States = new(static json => Read(JsonSerializer.Deserialize(json, Rows.AttemptState)));
    private static readonly ParsedTexts<RunPlan> ReadPlans = new(static json => Read(JsonSerializer.Deserialize(json, Plans.RunPlan)));

    private static readonly ParsedTexts<IReadOnlyList<RunParameterView>> ReadLists = new(
        static json => Read(JsonSerializer.Deserialize(json, Rows.Parameters)));

    internal static string Write(AttemptState state) => JsonSerializer.Serialize(state, Rows.AttemptState);

    internal static AttemptState ReadState(string json) => States.Of(json);

    internal static string Write(RunPlan plan) => JsonSerializer.Serialize(plan, Plans.RunPlan);

    internal static RunPlan ReadPlan(string json) => ReadPlans.Of(json);

    internal static string Write(IReadOnlyDictionary<string, string> secrets) =>
        JsonSerializer.Serialize(secrets, Rows.Secrets);

    internal static IReadOnlyDictionary<string, string> ReadSecrets(string json) =>
        Read(JsonSerializer.Deserialize(json, Rows.Secrets));

    internal static string Write(IReadOnlyList<RunParameterView> parameters) =>
        JsonSerializer.Serialize(parameters, Rows.Parameters);

    internal static IReadOnlyList<RunParameterView> ReadParameters(string json) => ReadLists.Of(json);

    private static T Read<T>(T? value) =>
        value ?? throw new InvalidDataException("A stored run holds null where it cannot.");

    // Rows are read by people too, and never embedded in HTML.
    private static JsonSerializerOptions Relaxed() => new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
