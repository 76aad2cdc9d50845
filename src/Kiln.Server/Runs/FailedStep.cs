using Kiln.Contracts.Runs;
using Kiln.Server.Runs.State;
using Kiln.Server.Storage;

namespace Kiln.Server.Runs;

/// <summary>Whether a run can go on from its failed step, in the workspace that its host has kept.</summary>
internal static class FailedStep
{
    private const string Otherwise = "Retry it from the beginning, without from (kiln: without --from-failed).";

    /// <summary>The run with the attempt that it would go on from: its last, or where no host ever had that one, what it waited for.</summary>
    /// <param name="session">Where to look.</param>
    /// <param name="run">The run with its last attempt.</param>
    public static async ValueTask<RunRecord> OriginAsync(SqlSession session, RunRecord run) =>
        run is { Host: "", State: { IsFinal: true, Continues: { Attempt: var earlier } } }
            ? (await RunSql.GetAsync(session, run.RunId, earlier))!
            : run;

    /// <summary>Why it cannot, and what to do; <c>null</c> = it can.</summary>
    /// <param name="run">The run with what <see cref="OriginAsync"/> tells.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    public static string? Hindrance(RunRecord run, long nowMs) => run switch
    {
        { State.IsFinal: false, State.Continues.Attempt: var used } =>
            $"Run {run.RunId} has not ended yet ({Words.Of(run.State.Status)}): its attempt {run.Attempt} uses the workspace of attempt {used}.",
        { State.IsFinal: false } =>
            $"Run {run.RunId} has not ended yet ({Words.Of(run.State.Status)}); only a run that has failed goes on from its failed step.",
        { Plan.Pod: not null } =>
            $"Run {run.RunId} ran in a pod, and its workspace (an emptyDir) went with the pod: only runs on hosts go on from the failed step. "
            + Otherwise,
        { State.Status: not (RunStatus.Failed or RunStatus.Timeout) } =>
            $"Run {run.RunId} did not fail: it ended as {Words.Of(run.State.Status)}. {Otherwise}",
        { Plan.Policy.KeepWorkspaceMinutes: 0 } =>
            $"Run {run.RunId} kept no workspace: neither run_policy.keep_workspace_minutes of its build nor keep_workspace_minutes of its "
            + $"request asked for it. {Otherwise}",
        { State.Workspace: null } =>
            $"The workspace of attempt {run.Attempt} of run {run.RunId} was not kept: it failed before its sources were there, or its host "
            + $"could not keep it; the end of its log then says why. {Otherwise}",
        { State.Workspace.Notice: { Length: > 0 } notice } => $"{notice} {Otherwise}",
        { State.Workspace.UntilMs: var until } when until <= nowMs =>
            $"The workspace of attempt {run.Attempt} of run {run.RunId} was kept until {DateTimeOffset.FromUnixTimeMilliseconds(until):u}. {Otherwise}",
        _ => null,
    };

    /// <summary>The attempt to go on from; it gives its workspace away.</summary>
    public static async ValueTask<ContinuedAttempt> TakeAsync(SqlSession session, RunRecord run, long nowMs)
    {
        var next = RunReducer.Apply(run.State, new RunFact.WorkspaceGone($"Attempt {run.LastAttempt + 1} has the workspace."), nowMs);
        await RunSql.SaveAsync(session, run.RunId, run.Attempt, run.State, next);
        return new ContinuedAttempt(run.Attempt, await RunSql.AgentOfAsync(session, run.RunId, run.Attempt), run.Host);
    }

    /// <summary>Gives an attempt back what <see cref="TakeAsync"/> took: whoever waited for its workspace waits no more.</summary>
    public static async ValueTask GiveBackAsync(SqlSession session, long runId, int attempt, long nowMs)
    {
        var origin = (await RunSql.GetAsync(session, runId, attempt))!;
        await RunSql.SaveAsync(session, runId, attempt, origin.State, RunReducer.Apply(origin.State, new RunFact.WorkspaceFree(), nowMs));
    }
}
