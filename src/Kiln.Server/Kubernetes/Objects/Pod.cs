namespace Kiln.Server.Kubernetes.Objects;

/// <summary>A pod, as the API server tells of it.</summary>
public sealed record Pod : IKubernetesObject
{
    public required ObjectMeta Metadata { get; init; }
    public PodSpec? Spec { get; init; }
    public PodStatus Status { get => field ?? new(); init; } = new();
}

/// <summary>How a pod is.</summary>
public sealed record PodStatus
{
    /// <summary><c>Pending</c>, <c>Running</c>, <c>Succeeded</c>, <c>Failed</c> or <c>Unknown</c>.</summary>
    public string Phase { get => field ?? ""; init; } = "";

    public string? Reason { get; init; }
    public string? Message { get; init; }
    public IReadOnlyList<PodCondition> Conditions { get => field ?? []; init; } = [];
    public IReadOnlyList<ContainerStatus> ContainerStatuses { get => field ?? []; init; } = [];

    public PodCondition? Condition(string type) => Conditions.FirstOrDefault(condition => condition.Type == type);

    public ContainerStatus? Container(string name) => ContainerStatuses.FirstOrDefault(container => container.Name == name);
}

/// <summary>One aspect of a pod.</summary>
public sealed record PodCondition
{
    public string Type { get => field ?? ""; init; } = "";
    public string Status { get => field ?? ""; init; } = "";
    public string? Reason { get; init; }
    public string? Message { get; init; }
}

/// <summary>How a container is.</summary>
public sealed record ContainerStatus
{
    public string Name { get => field ?? ""; init; } = "";
    public string Image { get => field ?? ""; init; } = "";
    public ContainerState State { get => field ?? new(); init; } = new();
}

/// <summary>Exactly one is set.</summary>
public sealed record ContainerState
{
    public ContainerWaiting? Waiting { get; init; }
    public ContainerRunning? Running { get; init; }
    public ContainerTerminated? Terminated { get; init; }
}

/// <summary>It has not started.</summary>
public sealed record ContainerWaiting
{
    public string? Reason { get; init; }
    public string? Message { get; init; }
}

/// <summary>It runs.</summary>
public sealed record ContainerRunning;

/// <summary>It has ended.</summary>
public sealed record ContainerTerminated
{
    public int ExitCode { get; init; }
    public int? Signal { get; init; }
    public string? Reason { get; init; }
    public string? Message { get; init; }
}
