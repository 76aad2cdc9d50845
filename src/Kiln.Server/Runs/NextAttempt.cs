using Kiln.Contracts.Runs;
using Kiln.Server.Queue;
using Kiln.Server.Runs.State;
using Kiln.Server.Storage;

namespace Kiln.Server.Runs;

/// <summary>Queues another attempt of a run: same plan, same commits.</summary>
internal static class NextAttempt
{
    /// <summary>
    /// Ends that are nobody's fault but the infrastructure's. Only such a run may be tried again by itself: the others would
    /// end the same way, or somebody wanted them to end.
    /// </summary>
    private static readonly string[] Infrastructure =
    [
        RunReason.ExecDied, RunReason.ExecFailed, RunReason.HostLost, RunReason.HostLostRun, RunReason.DiskFull,
        RunReason.OomKilled, RunReason.PodEvicted, RunReason.NodeLost, RunReason.ImagePullFailed, RunReason.PodDeadline,
        RunReason.PodDeleted, RunReason.PodDied, RunReason.ContainerGone,
    ];

    /// <summary>Queues the attempt behind <paramref name="run"/>, whose last attempt has ended and left the queue.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="run">The run.</param>
    /// <param name="cause">Why, as a sentence.</param>
    /// <param name="continues">The attempt in whose workspace it goes on; <c>null</c> = it begins from the beginning.</param>
    /// <param name="now">Unix milliseconds.</param>
    public static async ValueTask QueueAsync(SqlSession session, RunRecord run, string cause, ContinuedAttempt? continues, long now)
    {
        var attempt = run.LastAttempt + 1;
        var state = AttemptState.New(run.Plan, run.Plan.NeedsCommits(), now) with { Cause = cause, Continues = continues };
        await RunSql.InsertAttemptAsync(session, run.RunId, attempt, RunsJson.Write(state));
        await RunSql.NextAttemptAsync(session, run.RunId, attempt, run.State.Status);
        await QueueSql.EnqueueAsync(session, QueueEntry.Of(
            run.RunId, attempt, run.Plan, await RunSql.PriorityAsync(session, run.RunId), now,
            await RunSql.LastFenceAsync(session, run.RunId), continues));
    }

    /// <summary>Tries a lost run again if its build says so.</summary>
    /// <returns>The run whose next attempt waits now; <c>null</c> = it stays lost.</returns>
    public static async ValueTask<RunRecord?> AfterLossAsync(SqlSession session, long runId, AttemptState ended, long now)
    {
        if (ended.Status != RunStatus.Lost || !Infrastructure.Contains(ended.Reason)
            || await RunSql.GetAsync(session, runId, attempt: null) is not { } run || run.LastAttempt > run.Plan.Policy.Retries)
        {
            return null;
        }
        await QueueAsync(
            session, run, $"Attempt {run.LastAttempt} was lost ({ended.Reason}); the build's policy tries it again.",
            continues: null, now);
        return run;
    }
}
