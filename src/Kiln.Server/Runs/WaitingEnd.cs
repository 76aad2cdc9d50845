using Kiln.Server.Queue;
using Kiln.Server.Runs.State;
using Kiln.Server.Storage;

namespace Kiln.Server.Runs;

/// <summary>Ends an attempt that waits and that no agent has had.</summary>
internal static class WaitingEnd
{
    /// <summary>Folds the end into it and takes it out of the queue. A kept workspace that it waited for is free again.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="run">The run with the attempt.</param>
    /// <param name="fact">Why it ends.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    /// <returns>As <see cref="QueueSql.RemoveAsync"/>.</returns>
    public static async ValueTask<bool> OfAsync(SqlSession session, RunRecord run, RunFact fact, long nowMs)
    {
        await RunSql.SaveAsync(session, run.RunId, run.Attempt, run.State, RunReducer.Apply(run.State, fact, nowMs));
        if (run.State.Continues is { Attempt: var earlier })
        {
            await FailedStep.GiveBackAsync(session, run.RunId, earlier, nowMs);
        }
        return await QueueSql.RemoveAsync(session, run.RunId);
    }
}
