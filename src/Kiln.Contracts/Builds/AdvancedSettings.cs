namespace Kiln.Contracts.Builds;

/// <summary>Where and under which limits a build runs. Every default is already filled in.</summary>
public sealed record AdvancedSettings
{
    public required string ClusterName { get; init; }

    /// <summary>Minutes.</summary>
    public required int Timeout { get; init; }

    public required ResourceSpec ResourceSpec { get; init; }
    public required bool UseHostDockerDaemon { get; init; }
    public required CacheSetting CacheSetting { get; init; }

    /// <summary>Scheduling strategy of the cluster; empty when the cluster has none.</summary>
    public required string StrategyName { get; init; }

    public required StorageSetting Storages { get; init; }
    public required bool PrivilegedMode { get; init; }
    public required IReadOnlyList<KeyValue> CustomAnnotations { get; init; }
    public required IReadOnlyList<KeyValue> CustomLabels { get; init; }

    /// <summary>Declared outputs beside <c>IMAGE</c> and <c>PKG_FILE</c>.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }
}

/// <summary>A label or annotation.</summary>
/// <param name="Key">Key.</param>
/// <param name="Value">Value.</param>
public sealed record KeyValue(string Key, string Value);

/// <summary>CPU in millicores, memory in Mi.</summary>
public sealed record ResourceSpec
{
    public required int CpuLimit { get; init; }
    public required int MemoryLimit { get; init; }

    /// <summary><c>name: quantity</c>; empty = none.</summary>
    public required string GpuLimit { get; init; }

    public required int CpuReq { get; init; }
    public required int MemoryReq { get; init; }
}

/// <summary>What is kept between runs.</summary>
public sealed record CacheSetting
{
    public required bool Enabled { get; init; }
    public required string CacheDir { get; init; }

    /// <summary>Names the cache entry; empty = the build, service and module.</summary>
    public required string CacheKey { get; init; }

    /// <summary>Prefixes tried in order when <see cref="CacheKey"/> has no entry.</summary>
    public required IReadOnlyList<string> RestoreKeys { get; init; }
}

/// <summary>Volumes of a build on Kubernetes.</summary>
/// <param name="Enabled">False: configured, not mounted.</param>
/// <param name="StoragesProperties">The volumes.</param>
public sealed record StorageSetting(bool Enabled, IReadOnlyList<StorageProperty> StoragesProperties);

/// <summary>A volume.</summary>
public sealed record StorageProperty
{
    /// <summary><c>ReadWriteOnce</c>, <c>ReadOnlyMany</c>, <c>ReadWriteMany</c> or <c>ReadWriteOncePod</c>.</summary>
    public required string AccessMode { get; init; }

    public required bool IsTemporary { get; init; }
    public required string MountPath { get; init; }

    /// <summary><c>static</c> or <c>dynamic</c>.</summary>
    public required string ProvisionType { get; init; }

    public required string Pvc { get; init; }
    public required string StorageClass { get; init; }
    public required int StorageSizeInGib { get; init; }
    public required string Subpath { get; init; }
}
