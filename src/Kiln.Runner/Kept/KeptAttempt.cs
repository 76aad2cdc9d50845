using System.Text.Json.Serialization;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;

namespace Kiln.Runner.Kept;

/// <summary>What another attempt needs beside a kept workspace to go on in it. It lies on the host's disk, so no secret is in it.</summary>
internal sealed record KeptAttempt
{
    /// <summary>The attempt that failed.</summary>
    public required LeaseKey Key { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public required long KeptAtMs { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public required long UntilMs { get; init; }

    /// <summary>Size of the workspace's files.</summary>
    public required long Bytes { get; init; }

    /// <summary>Steps that need not be taken again.</summary>
    public required IReadOnlyList<KeptStep> Steps { get; init; }

    public required IReadOnlyList<KeptRepo> Repos { get; init; }
    public required IReadOnlyList<KeptOutput> Outputs { get; init; }

    /// <summary>The script's, where the script passed.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Name of the cache entry that belongs to what was checked out; empty = none was asked for.</summary>
    public required string CacheKey { get; init; }

    /// <summary>What those steps put outside Kiln: images, and files in object storages.</summary>
    public required IReadOnlyList<RunArtifact> Artifacts { get; init; }
}

/// <summary>A step that passed.</summary>
/// <param name="Name">As in the plan.</param>
/// <param name="Attempt">The attempt in which it was taken.</param>
internal sealed record KeptStep(string Name, int Attempt);

/// <summary>Where a repository of the plan stands, with the whole message of its commit.</summary>
internal sealed record KeptRepo(int Index, string CommitId, string CommitMessage);

/// <summary>JSON of the kept.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(KeptAttempt))]
[JsonSerializable(typeof(SweptWorkspace))]
internal sealed partial class KeptJson : JsonSerializerContext;
