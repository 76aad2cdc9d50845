namespace Kiln.Contracts.Catalogue;

/// <summary>A Kubernetes cluster that builds can run on.</summary>
public sealed record Cluster
{
    public required string Name { get; init; }
    public required bool Production { get; init; }
    public required string Description { get; init; }

    /// <summary>Provider number, as clients keep it; Kiln does not use it.</summary>
    public required int Provider { get; init; }

    /// <summary>How the server reaches it: <c>agent</c> (from inside, by its service account), <c>kubeconfig</c> or
    /// <c>token</c>.</summary>
    public required string Type { get; init; }

    /// <summary>True for the system's own cluster, which a build gets when it names none.</summary>
    public required bool Local { get; init; }

    /// <summary>Kubeconfig: sealed at rest, the mask or empty in answers.</summary>
    public required string KubeConfig { get; init; }

    /// <summary>https URL of the API server, for <c>token</c>.</summary>
    public string ApiServer { get => field ?? ""; init; } = "";

    /// <summary>Bearer token, for <c>token</c>: sealed at rest, the mask or empty in answers.</summary>
    public string Token { get => field ?? ""; init; } = "";

    /// <summary>Certificates in PEM that the API server is checked against, for <c>token</c>; empty = the machine's own.</summary>
    public string TlsCa { get => field ?? ""; init; } = "";

    /// <summary>Namespace that runs get their pods in; empty = the server's choice.</summary>
    public string Namespace { get => field ?? ""; init; } = "";

    /// <summary>Where caches of builds are kept.</summary>
    public ClusterCache Cache { get => field ?? new() { MediumType = "none" }; init; } = new() { MediumType = "none" };

    /// <summary>Projects that may use it; empty = all.</summary>
    public required IReadOnlyList<string> ProjectNames { get; init; }

    /// <summary>Scheduling strategies; exactly one is the default when there are any.</summary>
    public required IReadOnlyList<SchedulingStrategy> Strategies { get; init; }
}

/// <summary>Where a cluster keeps the caches of builds.</summary>
public sealed record ClusterCache
{
    /// <summary><c>none</c>, <c>nfs</c> (a volume claim) or <c>object</c> (an object storage).</summary>
    public required string MediumType { get; init; }

    /// <summary>Name or id of the object storage, for <c>object</c>.</summary>
    public string ObjectStorage { get => field ?? ""; init; } = "";

    /// <summary><c>static</c> (an existing claim) or <c>dynamic</c>, for <c>nfs</c>.</summary>
    public string ProvisionType { get => field ?? ""; init; } = "";

    /// <summary>Claim, for <c>static</c>.</summary>
    public string Pvc { get => field ?? ""; init; } = "";

    /// <summary>Storage class, for <c>dynamic</c>; empty = the cluster's default.</summary>
    public string StorageClass { get => field ?? ""; init; } = "";

    /// <summary>Size, for <c>dynamic</c>.</summary>
    public int StorageSizeInGib { get; init; }

    /// <summary>Directory in the claim; may use <c>$PROJECT</c>, <c>$WORKFLOW</c>, <c>$SERVICE</c>.</summary>
    public string Subpath { get => field ?? ""; init; } = "";
}

/// <summary>How pods choose nodes.</summary>
public sealed record SchedulingStrategy
{
    public required string StrategyName { get; init; }

    /// <summary><c>normal</c>, <c>preferred</c> or <c>required</c>.</summary>
    public required string Strategy { get; init; }

    public required IReadOnlyList<NodeLabel> NodeLabels { get; init; }

    /// <summary>Tolerations in YAML; may be empty.</summary>
    public required string Tolerations { get; init; }

    public required bool Default { get; init; }
}

/// <summary>A condition on a node's label.</summary>
/// <param name="Key">Label.</param>
/// <param name="Operator"><c>In</c>, <c>NotIn</c>, <c>Exists</c>, <c>DoesNotExist</c>, <c>Gt</c> or <c>Lt</c>.</param>
/// <param name="Value">Values.</param>
public sealed record NodeLabel(string Key, string Operator, IReadOnlyList<string> Value);
