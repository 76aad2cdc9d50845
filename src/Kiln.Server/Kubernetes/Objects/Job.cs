namespace Kiln.Server.Kubernetes.Objects;

/// <summary>A batch/v1 Job.</summary>
public sealed record Job : IKubernetesObject
{
    public string ApiVersion { get => field ?? "batch/v1"; init; } = "batch/v1";
    public string Kind { get => field ?? "Job"; init; } = "Job";
    public required ObjectMeta Metadata { get; init; }
    public required JobSpec Spec { get; init; }
}

/// <summary>What a Job is to do.</summary>
public sealed record JobSpec
{
    public int BackoffLimit { get; init; }
    public int? TtlSecondsAfterFinished { get; init; }
    public required PodTemplate Template { get; init; }
}

/// <summary>The pod of a Job.</summary>
public sealed record PodTemplate(ObjectMeta Metadata, PodSpec Spec);
