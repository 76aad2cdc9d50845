using Kiln.Contracts.Builds;

namespace Kiln.Contracts.Plans;

/// <summary>The pod of a run on Kubernetes, as far as the build says it; the cluster adds namespace and nodes.</summary>
public sealed record PlannedPod
{
    /// <summary>Where scripts run in a pod, in every container.</summary>
    public const string Workspace = "/workspace";

    public required string ClusterName { get; init; }

    /// <summary>Scheduling strategy of the cluster; empty = its default.</summary>
    public required string StrategyName { get; init; }

    /// <summary>Image that the scripts run in.</summary>
    public required string Image { get; init; }

    public required ResourceSpec Resources { get; init; }
    public required bool IsPrivileged { get; init; }
    public required bool UsesHostDocker { get; init; }

    /// <summary>Directory that is kept between runs, expanded, absolute; empty = none.</summary>
    public required string CacheDirectory { get; init; }

    /// <summary>Directory of <see cref="CacheDirectory"/> in the cluster's volume, expanded; empty = one for each build and target.</summary>
    public string CacheSubpath { get => field ?? ""; init; } = "";

    /// <summary>True when caches are archives in an object storage, restored and saved by steps of their own.</summary>
    public bool KeepsArchives { get; init; }

    /// <summary>True when the run shall not see what earlier ones kept.</summary>
    public required bool IgnoresCache { get; init; }

    /// <summary>Volumes with expanded paths; the first at a path counts.</summary>
    public required IReadOnlyList<StorageProperty> Storages { get; init; }

    public required IReadOnlyList<KeyValue> Labels { get; init; }
    public required IReadOnlyList<KeyValue> Annotations { get; init; }

    /// <summary>Registries that the image may come from, with the login for it.</summary>
    public required IReadOnlyList<PlannedPull> Pulls { get; init; }
}

/// <summary>A login for pulling images.</summary>
/// <param name="Host">Host (and port) of the registry.</param>
/// <param name="Username">User name.</param>
/// <param name="SecretRef">Key into <see cref="Runs.RunSpec.Secrets"/>: the password.</param>
public sealed record PlannedPull(string Host, string Username, string SecretRef);
