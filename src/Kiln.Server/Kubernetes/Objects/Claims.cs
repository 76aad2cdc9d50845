namespace Kiln.Server.Kubernetes.Objects;

/// <summary>A claim on a volume.</summary>
public sealed record PersistentVolumeClaim : IKubernetesObject
{
    public string ApiVersion { get => field ?? "v1"; init; } = "v1";
    public string Kind { get => field ?? "PersistentVolumeClaim"; init; } = "PersistentVolumeClaim";
    public required ObjectMeta Metadata { get; init; }
    public required ClaimSpec Spec { get; init; }
}

/// <summary>What is claimed.</summary>
public sealed record ClaimSpec
{
    public required IReadOnlyList<string> AccessModes { get; init; }
    public string? StorageClassName { get; init; }
    public string? VolumeMode { get; init; }
    public required ClaimResources Resources { get; init; }
}

/// <summary>How much is claimed.</summary>
public sealed record ClaimResources(IReadOnlyDictionary<string, string> Requests);

/// <summary>A secret of the namespace.</summary>
public sealed record Secret : IKubernetesObject
{
    public string ApiVersion { get => field ?? "v1"; init; } = "v1";
    public string Kind { get => field ?? "Secret"; init; } = "Secret";
    public required ObjectMeta Metadata { get; init; }
    public string Type { get => field ?? "Opaque"; init; } = "Opaque";
    public IReadOnlyDictionary<string, string>? StringData { get; init; }

    /// <summary>The same, to go together with its owner.</summary>
    public Secret OwnedBy(OwnerReference owner) => this with { Metadata = Metadata with { OwnerReferences = [owner] } };
}

/// <summary>Something the cluster says about an object.</summary>
public sealed record ClusterEvent : IKubernetesObject
{
    public required ObjectMeta Metadata { get; init; }
    public EventSubject InvolvedObject { get => field ?? new("", ""); init; } = new("", "");

    /// <summary><c>Normal</c> or <c>Warning</c>.</summary>
    public string Type { get => field ?? ""; init; } = "";

    public string Reason { get => field ?? ""; init; } = "";
    public string Message { get => field ?? ""; init; } = "";

    /// <summary>When it was said last; absent from those of newer kinds.</summary>
    public DateTimeOffset? LastTimestamp { get; init; }

    public DateTimeOffset? EventTime { get; init; }

    public bool IsWarning => Type == "Warning";
}

/// <summary>What an event is about.</summary>
public sealed record EventSubject(string Kind, string Name);
