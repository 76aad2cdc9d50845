using System.Text.Json.Serialization;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;

namespace Kiln.Server.Runs.State;

/// <summary>One attempt of a run, as far as its events tell. Only <see cref="RunReducer"/> makes a new one from it.</summary>
public sealed record AttemptState
{
    public required RunStatus Status { get; init; }

    /// <summary>How far the runner has come, whatever the server thinks of its silence: queued, prepare or running.</summary>
    public required RunStatus Progress { get; init; }

    public required string Reason { get; init; }
    public required string Message { get; init; }
    public int? ExitCode { get; init; }

    /// <summary>Why there is this attempt, as a sentence; empty for the first one.</summary>
    public string Cause { get => field ?? ""; init; } = "";

    /// <summary>The attempt in whose kept workspace this one goes on; <c>null</c> = it begins from the beginning.</summary>
    public ContinuedAttempt? Continues { get; init; }

    /// <summary>The workspace that its host keeps or kept; <c>null</c> = it keeps none.</summary>
    public KeptWorkspace? Workspace { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public required long QueuedAt { get; init; }

    /// <summary>Unix milliseconds; 0 = not yet.</summary>
    public long StartedAt { get; init; }

    /// <summary>Unix milliseconds; 0 = not yet.</summary>
    public long EndedAt { get; init; }

    /// <summary>Last event in it.</summary>
    public long Seq { get; init; }

    /// <summary>Final length of the log; <c>null</c> until the runner has ended.</summary>
    public long? LogLength { get; init; }

    /// <summary>Why the log is not there any more, as a sentence; empty while it is.</summary>
    public string LogNotice { get => field ?? ""; init; } = "";

    /// <summary>Why artifacts are not there any more, as a sentence; empty while all are.</summary>
    public string ArtifactNotice { get => field ?? ""; init; } = "";

    public required IReadOnlyList<StepState> Steps { get; init; }
    public IReadOnlyList<CheckedOutRepo> Repos { get => field ?? []; init; } = [];
    public IReadOnlyList<RunOutput> Outputs { get => field ?? []; init; } = [];
    public IReadOnlyList<RunArtifact> Artifacts { get => field ?? []; init; } = [];

    /// <summary>What its test reports say; <c>null</c> = it has none.</summary>
    public TestReport? Tests { get; init; }

    [JsonIgnore]
    public bool IsFinal => Status >= RunStatus.Passed;

    /// <summary>The server has given it up; its runner has not said a last word and may come back.</summary>
    [JsonIgnore]
    public bool IsGivenUp => Status == RunStatus.Lost && LogLength is null;

    /// <summary>A new attempt of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="isResolving">Whether its commits are still to be found.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    public static AttemptState New(RunPlan plan, bool isResolving, long nowMs)
    {
        var steps = new StepState[plan.Steps.Count];
        for (var i = 0; i < steps.Length; i++)
        {
            steps[i] = new StepState(
                plan.Steps[i].Name, StepStatus.Waiting, IsPreparation: plan.Steps[i] is PlannedStep.HostDocker or PlannedStep.Checkout or PlannedStep.CacheRestore);
        }
        return new AttemptState
        {
            Status = RunStatus.Queued,
            Progress = RunStatus.Queued,
            Reason = isResolving ? RunReason.ResolvingCommits : "",
            Message = isResolving ? "The commits of its repositories are being looked up." : "",
            QueuedAt = nowMs,
            Steps = steps,
        };
    }
}

/// <summary>A step of an attempt; times are Unix milliseconds, 0 = not yet.</summary>
public sealed record StepState(
    string Name,
    StepStatus Status,
    bool IsPreparation,
    long StartedAt = 0,
    long EndedAt = 0,
    long LogStart = 0,
    long LogEnd = 0,
    string Message = "")
{
    /// <summary>What it did with a cache; <c>null</c> = nothing.</summary>
    public CacheUse? Cache { get; init; }

    /// <summary>The attempt in which it passed, when it was not taken again; 0 = not so.</summary>
    public int ReusedAttempt { get; init; }
}

/// <summary>An attempt whose workspace another one goes on in.</summary>
/// <param name="Attempt">Its number.</param>
/// <param name="AgentId">The host that keeps the workspace.</param>
/// <param name="Host">The host's name.</param>
public sealed record ContinuedAttempt(int Attempt, string AgentId, string Host);

/// <summary>A workspace on the host of an attempt that failed.</summary>
/// <param name="Bytes">Its size.</param>
/// <param name="UntilMs">Unix milliseconds; the host may have to let go of it earlier.</param>
/// <param name="Notice">Why it is not kept any more, as a sentence; empty while it is.</param>
public sealed record KeptWorkspace(long Bytes, long UntilMs, string Notice = "");

/// <summary>Where a repository of the plan stood in this attempt.</summary>
public sealed record CheckedOutRepo(int Index, string CommitId, string CommitMessage);
