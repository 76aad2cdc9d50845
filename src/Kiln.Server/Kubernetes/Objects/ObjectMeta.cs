namespace Kiln.Server.Kubernetes.Objects;

/// <summary>Anything the API server stores. Only the fields that Kiln reads or writes; others are ignored.</summary>
public interface IKubernetesObject
{
    ObjectMeta Metadata { get; }
}

/// <summary>Name, labels and owners of an object.</summary>
public sealed record ObjectMeta
{
    public string Name { get => field ?? ""; init; } = "";
    public string? Namespace { get; init; }
    public string? Uid { get; init; }
    public string? ResourceVersion { get; init; }
    public DateTimeOffset? CreationTimestamp { get; init; }

    /// <summary>Set once the object is to go.</summary>
    public DateTimeOffset? DeletionTimestamp { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
    public IReadOnlyList<OwnerReference>? OwnerReferences { get; init; }

    public string? Label(string key) => Labels?.GetValueOrDefault(key);
}

/// <summary>Whose object goes with another.</summary>
public sealed record OwnerReference(string ApiVersion, string Kind, string Name, string Uid);

/// <summary>A page of a list, and where a watch goes on from it.</summary>
public sealed record ObjectList<T>
{
    public ListMeta Metadata { get => field ?? new(); init; } = new();
    public IReadOnlyList<T> Items { get => field ?? []; init; } = [];
}

/// <summary>Head of a list.</summary>
public sealed record ListMeta
{
    public string ResourceVersion { get => field ?? ""; init; } = "";
    public string? Continue { get; init; }
}

/// <summary>What the API server says when it refuses.</summary>
public sealed record ApiStatus
{
    public int Code { get; init; }
    public string Reason { get => field ?? ""; init; } = "";
    public string Message { get => field ?? ""; init; } = "";
}

/// <summary>A change of some objects' metadata.</summary>
public sealed record OwnerPatch(OwnerPatchMeta Metadata);

/// <summary>See <see cref="OwnerPatch"/>.</summary>
public sealed record OwnerPatchMeta(IReadOnlyList<OwnerReference> OwnerReferences);

/// <summary>How an object is deleted.</summary>
/// <param name="PropagationPolicy"><c>Background</c>: what it owns goes after it.</param>
/// <param name="GracePeriodSeconds">For pods; <c>null</c> = their own.</param>
public sealed record DeleteOptions(string PropagationPolicy, int? GracePeriodSeconds);
