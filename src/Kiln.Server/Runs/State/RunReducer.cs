using Kiln.Contracts.Runs;

namespace Kiln.Server.Runs.State;

/// <summary>
/// The only writer of a run's status: pure folds of events and facts. An event that the state has, one behind a gap, and
/// whatever comes after the end changes nothing, so both may be delivered again at will.
/// </summary>
public static class RunReducer
{
    private static readonly string[] OfPod =
    [
        RunReason.Starting, RunReason.NoCluster, RunReason.ClusterUnreachable, RunReason.PodQuota, RunReason.PodUnschedulable,
        RunReason.PodVolumes, RunReason.ImagePull, RunReason.PodRefused,
    ];

    /// <summary>Folds a runner's event.</summary>
    /// <param name="state">Before.</param>
    /// <param name="happened">The event.</param>
    /// <param name="nowMs">The server's clock: an event is not later than its arrival.</param>
    public static AttemptState Apply(AttemptState state, RunEvent happened, long nowMs)
    {
        if (happened.Seq != state.Seq + 1 || (state.IsFinal && !state.IsGivenUp))
        {
            return state;
        }
        var at = Math.Min(nowMs, Math.Max(happened.AtMs, state.QueuedAt));
        var next = Heard(state) with { Seq = happened.Seq };
        return happened switch
        {
            RunEvent.Begun => Progressed(next with { StartedAt = at }, RunStatus.Prepare),
            RunEvent.StepStarted started => StepStarted(next, started, at),
            RunEvent.StepEnded ended => next with { Steps = StepEnded(next.Steps, ended, at) },
            RunEvent.RepoCheckedOut repo => next with
            {
                Repos = [.. next.Repos, new CheckedOutRepo(repo.Index, repo.CommitId, repo.CommitMessage)],
            },
            RunEvent.OutputsCollected collected => next with { Outputs = collected.Outputs },
            RunEvent.ArtifactStored stored => next with
            {
                Artifacts = [.. next.Artifacts.Where(other => other.Path != stored.Artifact.Path), stored.Artifact],
            },
            RunEvent.ReportsCollected collected => next with { Tests = collected.Report },
            RunEvent.WorkspaceKept kept => next with { Workspace = new KeptWorkspace(kept.Bytes, kept.UntilMs) },
            RunEvent.Noticed noticed => next with { Reason = noticed.Reason, Message = noticed.Message },
            RunEvent.Ended ended => Ended(next, ended, at),
            _ => next,
        };
    }

    /// <summary>Folds what the server found out.</summary>
    public static AttemptState Apply(AttemptState state, RunFact fact, long nowMs) => fact switch
    {
        RunFact.HostReturned => Heard(state),
        RunFact.ArtifactsRemoved removed => state with
        {
            Artifacts = [.. state.Artifacts.Where(static artifact => artifact.Kind == "image")], ArtifactNotice = removed.Notice,
        },
        RunFact.WorkspaceGone gone when state.Workspace is { Notice: "" } workspace => state with
        {
            Workspace = workspace with { Notice = gone.Notice },
        },
        RunFact.WorkspaceGone => state,
        RunFact.WorkspaceFree when state.Workspace is { } workspace => state with { Workspace = workspace with { Notice = "" } },
        RunFact.LogRemoved removed => state with { LogNotice = removed.Notice },
        RunFact.LogClosed closed when state is { IsFinal: true, LogLength: null } => state with
        {
            LogLength = closed.LogLength, Steps = ClosedSteps(state.Steps, state.Status, state.EndedAt, closed.StepEnd),
        },
        _ when state.IsFinal => state,
        RunFact.CommitsResolved => state with { Reason = "", Message = "" },
        RunFact.CannotStart failure => Closed(state, RunStatus.Failed, failure.Reason, failure.Message, nowMs),
        RunFact.CancelledWaiting cancelled => Closed(
            state, RunStatus.Cancelled, RunReason.CancelledByUser, $"Cancelled by {cancelled.By} while it waited.", nowMs),
        RunFact.Superseded newer => Closed(
            state, RunStatus.Cancelled, RunReason.Superseded, $"Run {newer.NewerRunId} of the same build is newer.", nowMs),
        RunFact.QueueTimedOut waited => Closed(state, RunStatus.Timeout, RunReason.QueueTimeout, waited.Message, nowMs),
        RunFact.HostSilent silent => state with
        {
            Reason = RunReason.HostUnreachable,
            Message = $"Host {silent.Host} does not answer; the run goes on there if the host lives.",
        },
        RunFact.PodWaits waits => Waiting(state, waits),
        RunFact.PodSilent silent => state with
        {
            Reason = RunReason.HostUnreachable,
            Message = $"{silent.Pod} does not answer; the run goes on there if its node lives.",
        },
        RunFact.Stopped stopped => Closed(
            state, RunStatus.Cancelled,
            stopped.Cause == RunReason.Superseded ? RunReason.Superseded : RunReason.CancelledByUser, stopped.Message, nowMs, stopped.LogLength),
        // The steps stay as they were: the runner may come back and tell how they ended.
        RunFact.Lost lost => state with
        {
            Status = RunStatus.Lost, Reason = lost.Reason, Message = lost.Message, EndedAt = nowMs,
        },
        _ => state,
    };

    // A pod can wait for its second image when its runner has begun; once the script runs nothing of it is new.
    private static AttemptState Waiting(AttemptState state, RunFact.PodWaits waits) =>
        state.Status is not (RunStatus.Queued or RunStatus.Prepare)
        || (state.Reason == waits.Reason && state.Message == waits.Message)
        || (waits.Reason.Length == 0 && !OfPod.Contains(state.Reason))
            ? state
            : state with { Reason = waits.Reason, Message = waits.Message };

    private static AttemptState Heard(AttemptState state) =>
        state.IsGivenUp
            ? state with { Status = state.Progress, Reason = "", Message = "", EndedAt = 0 }
            : state.Reason == RunReason.HostUnreachable && !state.IsFinal
                ? state with { Reason = "", Message = "" }
                : state;

    private static AttemptState Progressed(AttemptState state, RunStatus progress) =>
        state with { Status = progress, Progress = progress, Reason = "", Message = "" };

    private static AttemptState StepStarted(AttemptState state, RunEvent.StepStarted started, long at)
    {
        var index = IndexOf(state.Steps, started.Name);
        var step = index < 0
            ? new StepState(started.Name, StepStatus.Running, IsPreparation: state.Progress != RunStatus.Running)
            : state.Steps[index];
        step = step with { Status = StepStatus.Running, StartedAt = at, LogStart = started.LogStart, LogEnd = started.LogStart };
        var next = state with { Steps = index < 0 ? [.. state.Steps, step] : Replaced(state.Steps, index, step) };
        return step.IsPreparation || next.Progress == RunStatus.Running ? next : Progressed(next, RunStatus.Running);
    }

    private static IReadOnlyList<StepState> StepEnded(IReadOnlyList<StepState> steps, RunEvent.StepEnded ended, long at)
    {
        var index = IndexOf(steps, ended.Name);
        return index < 0
            ? steps
            : Replaced(steps, index, steps[index] with
            {
                Status = ended.Status, EndedAt = at, LogEnd = ended.LogEnd, Message = ended.Message, Cache = ended.Cache,
                ReusedAttempt = ended.ReusedAttempt,
                // One that was skipped has no bytes, and those before it are not its own.
                LogStart = steps[index].StartedAt > 0 ? steps[index].LogStart : ended.LogEnd,
            });
    }

    private static AttemptState Ended(AttemptState state, RunEvent.Ended ended, long at)
    {
        var closed = ended.Status < RunStatus.Passed
            ? Closed(state, RunStatus.Failed, RunReason.InternalError, $"The runner ended the run as {ended.Status}.", at, ended.LogEnd)
            : Closed(state, ended.Status, ended.Reason, ended.Message, at, ended.LogEnd);
        return closed with
        {
            ExitCode = ended.ExitCode,
            LogLength = ended.LogEnd,
            // Who meant to keep it was killed before the end, and the end is another one.
            Workspace = closed.Status is RunStatus.Failed or RunStatus.Timeout ? closed.Workspace : null,
        };
    }

    private static AttemptState Closed(AttemptState state, RunStatus status, string reason, string message, long at, long logEnd = 0) =>
        state with
        {
            Status = status, Reason = reason, Message = message, EndedAt = at, Steps = ClosedSteps(state.Steps, status, at, logEnd),
        };

    private static StepState[] ClosedSteps(IReadOnlyList<StepState> before, RunStatus status, long at, long logEnd)
    {
        var steps = new StepState[before.Count];
        for (var i = 0; i < steps.Length; i++)
        {
            var step = before[i];
            steps[i] = step.Status switch
            {
                StepStatus.Waiting => step with { Status = StepStatus.Skipped },
                StepStatus.Running => step with { Status = Unfinished(status), EndedAt = at, LogEnd = Math.Max(step.LogStart, logEnd) },
                _ => step,
            };
        }
        return steps;
    }

    private static StepStatus Unfinished(RunStatus status) => status switch
    {
        RunStatus.Timeout => StepStatus.Timeout,
        RunStatus.Cancelled => StepStatus.Cancelled,
        _ => StepStatus.Failed,
    };

    private static int IndexOf(IReadOnlyList<StepState> steps, string name)
    {
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].Name == name)
            {
                return i;
            }
        }
        return -1;
    }

    private static StepState[] Replaced(IReadOnlyList<StepState> steps, int index, StepState step)
    {
        var copy = new StepState[steps.Count];
        for (var i = 0; i < copy.Length; i++)
        {
            copy[i] = i == index ? step : steps[i];
        }
        return copy;
    }
}
