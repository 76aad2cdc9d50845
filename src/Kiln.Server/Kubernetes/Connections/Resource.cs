using System.Text.Json.Serialization.Metadata;
using Kiln.Server.Kubernetes.Objects;

namespace Kiln.Server.Kubernetes.Connections;

/// <summary>A kind of object: where it is in the API, and its JSON.</summary>
internal sealed record Resource<T>(string Group, string Plural, JsonTypeInfo<T> One, JsonTypeInfo<ObjectList<T>> List)
    where T : IKubernetesObject;

/// <summary>The kinds that Kiln knows.</summary>
internal static class Resources
{
    public static Resource<Job> Jobs { get; } =
        new("apis/batch/v1", "jobs", KubernetesJson.Default.Job, KubernetesJson.Default.JobList);

    public static Resource<Pod> Pods { get; } =
        new("api/v1", "pods", KubernetesJson.Default.Pod, KubernetesJson.Default.PodList);

    public static Resource<Secret> Secrets { get; } =
        new("api/v1", "secrets", KubernetesJson.Default.Secret, KubernetesJson.Default.SecretList);

    public static Resource<PersistentVolumeClaim> Claims { get; } = new(
        "api/v1", "persistentvolumeclaims", KubernetesJson.Default.PersistentVolumeClaim, KubernetesJson.Default.ClaimList);

    public static Resource<ClusterEvent> Events { get; } =
        new("api/v1", "events", KubernetesJson.Default.ClusterEvent, KubernetesJson.Default.ClusterEventList);
}
