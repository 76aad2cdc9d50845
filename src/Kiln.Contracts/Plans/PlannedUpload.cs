namespace Kiln.Contracts.Plans;

/// <summary>Files that go to an object storage.</summary>
public sealed record PlannedUpload
{
    public required PlannedStorage Storage { get; init; }

    /// <summary>In order.</summary>
    public required IReadOnlyList<PlannedUploadRule> Rules { get; init; }
}

/// <summary>An object storage as the catalogue had it when the run was planned.</summary>
public sealed record PlannedStorage
{
    public required string Name { get; init; }

    /// <summary>Host, or http or https URL.</summary>
    public required string Endpoint { get; init; }

    public required string Bucket { get; init; }

    /// <summary>In front of every key; may be empty.</summary>
    public required string Subfolder { get; init; }

    public required string Region { get; init; }
    public required string AccessKey { get; init; }

    /// <summary>Key into <see cref="Runs.RunSpec.Secrets"/>: the secret key.</summary>
    public required string SecretRef { get; init; }

    /// <summary>True: plain http where the endpoint has no scheme.</summary>
    public required bool IsInsecure { get; init; }
}

/// <summary>What goes where; variables not yet expanded.</summary>
/// <param name="Source">File, directory or pattern below the workspace: relative, or absolute within it.</param>
/// <param name="Destination">Directory in the storage.</param>
public sealed record PlannedUploadRule(string Source, string Destination);
