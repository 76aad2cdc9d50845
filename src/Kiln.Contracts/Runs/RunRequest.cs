using System.Text.Json.Serialization;

namespace Kiln.Contracts.Runs;

/// <summary>Body of <c>POST /openapi/build/{buildName}/runs</c>; everything is optional.</summary>
public sealed record RunRequest
{
    /// <summary>Which bound service; with none given the only one, or none when none is bound.</summary>
    public string ServiceName { get => field ?? ""; init; } = "";

    public string ServiceModule { get => field ?? ""; init; } = "";

    /// <summary>Overrides, matched by code host, namespace and name.</summary>
    public IReadOnlyList<RepoOverride> RepoInfo { get => field ?? []; init; } = [];

    public IReadOnlyList<RunInput> Inputs { get => field ?? []; init; } = [];

    /// <summary><c>address/namespace</c> of an image registry; empty = the default one.</summary>
    public string Registry { get => field ?? ""; init; } = "";

    public bool IgnoreCache { get; init; }

    /// <summary>Minutes for which the workspace is kept if the run fails; absent = as <c>run_policy</c> of the build says.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? KeepWorkspaceMinutes { get; init; }

    /// <summary>Higher runs first; 0 is usual.</summary>
    public int Priority { get; init; }
}

/// <summary>What a run builds of a repository instead of what the build says; absent = as the build says.</summary>
public sealed record RepoOverride
{
    public required string CodehostName { get; init; }
    public required string RepoNamespace { get; init; }
    public required string RepoName { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Branch { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Tag { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CommitId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? Prs { get; init; }
}

/// <summary>A value for a parameter of a run.</summary>
/// <param name="Key">The parameter.</param>
/// <param name="Value">Its value; comma-joined for <c>multi-select</c>.</param>
/// <param name="ChoiceValue">Instead of <paramref name="Value"/>, the values of a <c>multi-select</c>.</param>
public sealed record RunInput(
    string Key,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Value,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? ChoiceValue = null);

/// <summary>Answer to a run's creation.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Status">Always <c>queued</c> for a new run; the present status when an idempotency key repeats.</param>
public sealed record RunAccepted(long RunId, RunStatus Status);
