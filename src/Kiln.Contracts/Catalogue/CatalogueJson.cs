using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kiln.Contracts.Catalogue;

/// <summary>JSON of what builds refer to, stored and in answers.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Project))]
[JsonSerializable(typeof(ProjectList))]
[JsonSerializable(typeof(ProjectDetail))]
[JsonSerializable(typeof(Service))]
[JsonSerializable(typeof(ServiceList))]
[JsonSerializable(typeof(CodeHost))]
[JsonSerializable(typeof(CodeHostView))]
[JsonSerializable(typeof(CodeHostList))]
[JsonSerializable(typeof(BuildImage))]
[JsonSerializable(typeof(BuildImageView))]
[JsonSerializable(typeof(BuildImageList))]
[JsonSerializable(typeof(Package))]
[JsonSerializable(typeof(PackageView))]
[JsonSerializable(typeof(PackageList))]
[JsonSerializable(typeof(Cluster))]
[JsonSerializable(typeof(ClusterView))]
[JsonSerializable(typeof(ClusterCreated))]
[JsonSerializable(typeof(IReadOnlyList<ClusterView>))]
[JsonSerializable(typeof(Registry))]
[JsonSerializable(typeof(RegistryView))]
[JsonSerializable(typeof(IReadOnlyList<RegistryView>))]
[JsonSerializable(typeof(ObjectStorage))]
[JsonSerializable(typeof(ObjectStorageView))]
[JsonSerializable(typeof(ObjectStorageList))]
[JsonSerializable(typeof(DockerfileTemplate))]
[JsonSerializable(typeof(DockerfileTemplateList))]
[JsonSerializable(typeof(DockerfileTemplateDetail))]
[JsonSerializable(typeof(StoredToken))]
[JsonSerializable(typeof(TokenList))]
[JsonSerializable(typeof(TokenCreated))]
public sealed partial class CatalogueJson : JsonSerializerContext
{
    /// <summary>Writes every language as itself; for answers and storage, never inside HTML.</summary>
    public static CatalogueJson Readable { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
