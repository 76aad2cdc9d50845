using System.Text.Json.Serialization;

namespace Kiln.Contracts.Runs;

/// <summary>A run as the API shows it. Times are Unix seconds, 0 = not yet.</summary>
public sealed record RunView
{
    public required long RunId { get; init; }
    public required string ProjectKey { get; init; }
    public required string BuildName { get; init; }
    public required int Revision { get; init; }

    /// <summary>Build template that the recipe came from; absent = the build's own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TemplateName { get; init; }

    /// <summary>Revision of that template; absent as <see cref="TemplateName"/> is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int TemplateRevision { get; init; }

    public required string ServiceName { get; init; }
    public required string ServiceModule { get; init; }
    public required RunStatus Status { get; init; }

    /// <summary>One of <see cref="RunReason"/>; empty when running undisturbed or passed.</summary>
    public required string Reason { get; init; }

    /// <summary>A sentence a person can act on; empty as <see cref="Reason"/> is.</summary>
    public required string Message { get; init; }

    public required int? ExitCode { get; init; }
    public required int Attempt { get; init; }
    public required long CreatedTime { get; init; }
    public required long StartTime { get; init; }
    public required long EndTime { get; init; }

    /// <summary>Milliseconds from start to end; 0 until it has ended, and when it never started.</summary>
    public required long DurationMs { get; init; }

    public required IReadOnlyList<RunStepView> Steps { get; init; }
    public required IReadOnlyList<RunRepoView> Repos { get; init; }
    public required IReadOnlyList<RunParameterView> Parameters { get; init; }
    public required IReadOnlyList<RunOutput> Outputs { get; init; }

    /// <summary>Numbers of the run's test reports; absent when it has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TestTotals? Tests { get; init; }

    /// <summary>How many artifacts the run keeps.</summary>
    public required int Artifacts { get; init; }

    /// <summary>Why the log is not there any more, as a sentence; empty while it is.</summary>
    public string LogNotice { get => field ?? ""; init; } = "";

    /// <summary>The workspace that a failed run's host keeps; absent when it keeps none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KeptWorkspaceView? Workspace { get; init; }

    /// <summary>Host that runs or ran it; empty while queued.</summary>
    public required string Host { get; init; }

    public required string CreatedBy { get; init; }

    /// <summary>Trace that the run belongs to, 32 hexadecimal digits, see docs/operating.md; empty = none.</summary>
    public string TraceId { get => field ?? ""; init; } = "";
}

/// <summary>A step of a run.</summary>
public sealed record RunStepView
{
    public required string Name { get; init; }
    public required StepStatus Status { get; init; }
    public required long StartTime { get; init; }
    public required long EndTime { get; init; }

    /// <summary>Milliseconds from start to end; 0 until it has ended, and when it was skipped.</summary>
    public required long DurationMs { get; init; }

    public required long LogStart { get; init; }
    public required long LogEnd { get; init; }
    public required string Message { get; init; }

    /// <summary>The attempt that the step passed in, where its result was used and the step not taken again; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ReusedAttempt { get; init; }

    /// <summary>What it did with a cache; absent for other steps.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CacheUse? Cache { get; init; }
}

/// <summary>A repository of a run.</summary>
public sealed record RunRepoView
{
    public required string CodehostName { get; init; }
    public required string Source { get; init; }
    public required string RepoNamespace { get; init; }
    public required string RepoName { get; init; }
    public required string RemoteName { get; init; }
    public required string Branch { get; init; }
    public required string Tag { get; init; }
    public required IReadOnlyList<int> Prs { get; init; }
    public required string CommitId { get; init; }
    public required string CommitMessage { get; init; }
}

/// <summary>A parameter of a run, as it was used; credentials masked.</summary>
public sealed record RunParameterView(string Key, string Value, bool IsCredential);

/// <summary>The workspace of an attempt that failed, on the host that had it.</summary>
/// <param name="IsKept">False: it is there no more, or another attempt has it.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Until">Unix seconds; the host may have to let go of it earlier.</param>
/// <param name="Message">Why it is not kept any more, as a sentence; empty while it is.</param>
public sealed record KeptWorkspaceView(bool IsKept, long Bytes, long Until, string Message);
