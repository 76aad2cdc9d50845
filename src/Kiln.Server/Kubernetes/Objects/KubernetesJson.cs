using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kiln.Server.Kubernetes.Objects;

/// <summary>JSON of the API server: camelCase, absent instead of null.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DictionaryKeyPolicy = JsonKnownNamingPolicy.Unspecified,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(Pod))]
[JsonSerializable(typeof(Secret))]
[JsonSerializable(typeof(PersistentVolumeClaim))]
[JsonSerializable(typeof(ClusterEvent))]
[JsonSerializable(typeof(ObjectList<Job>), TypeInfoPropertyName = "JobList")]
[JsonSerializable(typeof(ObjectList<Pod>), TypeInfoPropertyName = "PodList")]
[JsonSerializable(typeof(ObjectList<Secret>), TypeInfoPropertyName = "SecretList")]
[JsonSerializable(typeof(ObjectList<ClusterEvent>), TypeInfoPropertyName = "ClusterEventList")]
[JsonSerializable(typeof(ObjectList<PersistentVolumeClaim>), TypeInfoPropertyName = "ClaimList")]
[JsonSerializable(typeof(WatchLine<Pod>), TypeInfoPropertyName = "PodLine")]
[JsonSerializable(typeof(WatchLine<ClusterEvent>), TypeInfoPropertyName = "ClusterEventLine")]
[JsonSerializable(typeof(WatchHead))]
[JsonSerializable(typeof(ApiStatus))]
[JsonSerializable(typeof(OwnerPatch))]
[JsonSerializable(typeof(DeleteOptions))]
[JsonSerializable(typeof(IReadOnlyList<Toleration>), TypeInfoPropertyName = "Tolerations")]
internal sealed partial class KubernetesJson : JsonSerializerContext;
