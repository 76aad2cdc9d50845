using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kiln.Contracts.Builds;

/// <summary>JSON of build definitions, templates and the answers about them.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BuildDefinition))]
[JsonSerializable(typeof(PlainBuildSpec))]
[JsonSerializable(typeof(TemplatedBuildSpec))]
[JsonSerializable(typeof(BuildTemplate))]
[JsonSerializable(typeof(BuildTemplateList))]
[JsonSerializable(typeof(BuildTemplateListItem))]
[JsonSerializable(typeof(BuildList))]
[JsonSerializable(typeof(BuildDetail))]
[JsonSerializable(typeof(ChangeAnswer))]
public sealed partial class BuildJson : JsonSerializerContext
{
    /// <summary>Writes every language as itself instead of escaping it; for answers and storage, never inside HTML.</summary>
    public static BuildJson Readable { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
