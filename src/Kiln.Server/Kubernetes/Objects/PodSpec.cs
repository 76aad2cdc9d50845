namespace Kiln.Server.Kubernetes.Objects;

/// <summary>What a pod is to be.</summary>
public sealed record PodSpec
{
    public string RestartPolicy { get => field ?? "Always"; init; } = "Always";
    public string? NodeName { get; init; }
    public long? ActiveDeadlineSeconds { get; init; }
    public bool? AutomountServiceAccountToken { get; init; }
    public bool? EnableServiceLinks { get; init; }
    public int? TerminationGracePeriodSeconds { get; init; }
    public IReadOnlyList<LocalReference>? ImagePullSecrets { get; init; }
    public Affinity? Affinity { get; init; }
    public IReadOnlyList<Toleration>? Tolerations { get; init; }
    public required IReadOnlyList<Container> Containers { get; init; }
    public IReadOnlyList<Volume>? Volumes { get; init; }
}

/// <summary>The name of an object in the same namespace.</summary>
public sealed record LocalReference(string Name);

/// <summary>A container of a pod.</summary>
public sealed record Container
{
    public required string Name { get; init; }
    public required string Image { get; init; }
    public IReadOnlyList<string>? Command { get; init; }
    public IReadOnlyList<string>? Args { get; init; }
    public IReadOnlyList<EnvVar>? Env { get; init; }
    public ResourceRequirements? Resources { get; init; }
    public SecurityContext? SecurityContext { get; init; }
    public IReadOnlyList<VolumeMount>? VolumeMounts { get; init; }
}

/// <summary>A variable of a container.</summary>
public sealed record EnvVar(string Name, string? Value = null, EnvSource? ValueFrom = null);

/// <summary>Where a variable's value comes from.</summary>
public sealed record EnvSource
{
    public SecretKey? SecretKeyRef { get; init; }
    public FieldSource? FieldRef { get; init; }
}

/// <summary>A key of a secret.</summary>
public sealed record SecretKey(string Name, string Key);

/// <summary>A field of the pod itself.</summary>
public sealed record FieldSource(string FieldPath);

/// <summary>Least and most of what a container gets.</summary>
public sealed record ResourceRequirements(
    IReadOnlyDictionary<string, string> Requests, IReadOnlyDictionary<string, string>? Limits);

/// <summary>Rights of a container.</summary>
public sealed record SecurityContext
{
    public bool? Privileged { get; init; }
    public bool? AllowPrivilegeEscalation { get; init; }
    public long? RunAsUser { get; init; }
    public Capabilities? Capabilities { get; init; }
}

/// <summary>Capabilities of a container.</summary>
public sealed record Capabilities(IReadOnlyList<string> Drop, IReadOnlyList<string> Add);

/// <summary>Where a volume is in a container.</summary>
public sealed record VolumeMount(string Name, string MountPath, string? SubPath = null);

/// <summary>A volume of a pod; exactly one source is set.</summary>
public sealed record Volume(string Name)
{
    public EmptyDir? EmptyDir { get; init; }
    public ClaimSource? PersistentVolumeClaim { get; init; }
    public HostPath? HostPath { get; init; }
}

/// <summary>A directory that lives as long as the pod.</summary>
public sealed record EmptyDir;

/// <summary>A claimed volume.</summary>
public sealed record ClaimSource(string ClaimName);

/// <summary>A file or directory of the node.</summary>
public sealed record HostPath(string Path, string Type);
