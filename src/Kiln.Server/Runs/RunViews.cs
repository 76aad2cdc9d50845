using Kiln.Contracts.Runs;
using Kiln.Server.Queue;

namespace Kiln.Server.Runs;

/// <summary>Makes what the API shows of a run.</summary>
public static class RunViews
{
    /// <summary>The view.</summary>
    /// <param name="run">The run.</param>
    /// <param name="waiting">Why it waits; <c>null</c> when it does not.</param>
    public static RunView Of(RunRecord run, WaitingReason? waiting)
    {
        var (plan, state) = (run.Plan, run.State);
        var repos = new RunRepoView[plan.Repos.Count];
        for (var i = 0; i < repos.Length; i++)
        {
            repos[i] = Repo(run, i);
        }
        var steps = new RunStepView[state.Steps.Count];
        for (var i = 0; i < steps.Length; i++)
        {
            var step = state.Steps[i];
            steps[i] = new RunStepView
            {
                Name = step.Name,
                Status = step.Status,
                StartTime = step.StartedAt / 1000,
                EndTime = step.EndedAt / 1000,
                DurationMs = Duration(step.StartedAt, step.EndedAt),
                LogStart = step.LogStart,
                LogEnd = step.LogEnd,
                Message = step.Message,
                ReusedAttempt = step.ReusedAttempt > 0 ? step.ReusedAttempt : null,
                Cache = step.Cache,
            };
        }
        return new RunView
        {
            RunId = run.RunId,
            ProjectKey = plan.ProjectKey,
            BuildName = plan.BuildName,
            Revision = plan.Revision,
            TemplateName = plan.TemplateName.Length == 0 ? null : plan.TemplateName,
            TemplateRevision = plan.TemplateRevision,
            ServiceName = plan.ServiceName,
            ServiceModule = plan.ServiceModule,
            Status = state.Status,
            Reason = waiting?.Reason ?? state.Reason,
            Message = waiting?.Message ?? state.Message,
            ExitCode = state.ExitCode,
            Attempt = run.Attempt,
            CreatedTime = run.CreatedAt / 1000,
            StartTime = state.StartedAt / 1000,
            EndTime = state.EndedAt / 1000,
            DurationMs = Duration(state.StartedAt, state.EndedAt),
            Steps = steps,
            Repos = repos,
            Parameters = run.Parameters,
            Outputs = state.Outputs,
            Tests = state.Tests?.Totals,
            Artifacts = state.Artifacts.Count,
            LogNotice = state.LogNotice,
            Workspace = state.Workspace is { } kept
                ? new KeptWorkspaceView(kept.Notice.Length == 0, kept.Bytes, kept.UntilMs / 1000, kept.Notice)
                : null,
            Host = run.Host,
            CreatedBy = run.CreatedBy,
            TraceId = Trace(plan.TraceParent),
        };
    }

    /// <summary>An attempt as the list of attempts shows it.</summary>
    public static AttemptView Attempt(AttemptRecord attempt)
    {
        var state = attempt.State;
        return new AttemptView(
            attempt.Attempt, state.Status, state.Reason, state.Message, state.ExitCode, state.Cause, attempt.Host,
            state.QueuedAt / 1000, state.StartedAt / 1000, state.EndedAt / 1000, Duration(state.StartedAt, state.EndedAt));
    }

    // The second of the four parts of a traceparent.
    private static string Trace(string parent)
    {
        var from = parent.IndexOf('-') + 1;
        var to = parent.IndexOf('-', from);
        return from > 0 && to > from ? parent[from..to] : "";
    }

    // A clock that was set back in between tells nothing.
    private static long Duration(long startedAt, long endedAt) => startedAt > 0 ? Math.Max(0, endedAt - startedAt) : 0;

    private static RunRepoView Repo(RunRecord run, int index)
    {
        var repo = run.Plan.Repos[index];
        var checkedOut = run.State.Repos.FirstOrDefault(other => other.Index == repo.Index);
        return new RunRepoView
        {
            CodehostName = repo.CodeHost,
            Source = repo.Source,
            RepoNamespace = repo.Namespace,
            RepoName = repo.Name,
            RemoteName = repo.RemoteName,
            Branch = repo.Branch,
            Tag = repo.Tag,
            Prs = repo.PullRequests,
            CommitId = checkedOut?.CommitId ?? repo.Base.Commit ?? "",
            CommitMessage = checkedOut?.CommitMessage ?? "",
        };
    }
}
