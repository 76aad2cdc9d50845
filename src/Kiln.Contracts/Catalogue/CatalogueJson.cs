using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kiln.Contracts.Catalogue;

/// <summary>JSON of what builds refer to, stored and in answers.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Project))]
[JsonSerializable(typeof(Service))]
[JsonSerializable(typeof(CodeHost))]
[JsonSerializable(typeof(BuildImage))]
[JsonSerializable(typeof(Package))]
[JsonSerializable(typeof(Cluster))]
[JsonSerializable(typeof(Registry))]
[JsonSerializable(typeof(ObjectStorage))]
[JsonSerializable(typeof(DockerfileTemplate))]
[JsonSerializable(typeof(Variable))]
[JsonSerializable(typeof(StoredToken))]
[JsonSerializable(typeof(TrialResult))]
[JsonSerializable(typeof(RevisionPage))]
[JsonSerializable(typeof(RevisionDetail))]
[JsonSerializable(typeof(RevisionDifference))]
public sealed partial class CatalogueJson : JsonSerializerContext
{
    /// <summary>Writes every language as itself; for answers and storage, never inside HTML.</summary>
    public static CatalogueJson Readable { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
