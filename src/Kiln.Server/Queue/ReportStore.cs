using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Runs;
using Kiln.Server.Runs.State;
using Kiln.Server.Storage;

namespace Kiln.Server.Queue;

/// <summary>The transactions of a report.</summary>
public sealed class ReportStore(Database database, TimeProvider time)
{
    /// <summary>The attempt behind a lease, or <c>null</c>.</summary>
    internal Task<AttemptRow?> FindAsync(LeaseKey key, CancellationToken cancellationToken) =>
        database.ReadAsync(session => LeaseSql.FindAsync(session, key), cancellationToken);

    /// <summary>
    /// Folds events into the attempt; its row afterwards, or <c>null</c> when the lease has become stale. A given-up attempt
    /// is its runner's again; an ended one leaves the queue.
    /// </summary>
    internal Task<AttemptRow?> TakeAsync(
        LeaseKey key, IReadOnlyList<RunEvent> events, CancellationToken cancellationToken) => database.WriteAsync(
            async session =>
            {
                if (await LeaseSql.FindAsync(session, key) is not { } attempt || !attempt.Accepts(key))
                {
                    return null;
                }
                if (attempt.IsEnded)
                {
                    return attempt;
                }
                var next = Fold(attempt.State, events, time.GetUtcNow().ToUnixTimeMilliseconds());
                await RunSql.SaveAsync(session, key.RunId, key.Attempt, attempt.State, next);
                await PlaceAsync(session, attempt, next.IsFinal);
                return attempt with { State = next };
            },
            cancellationToken);

    private static AttemptState Fold(AttemptState state, IReadOnlyList<RunEvent> events, long nowMs)
    {
        var next = RunReducer.Apply(state, new RunFact.HostReturned(), nowMs);
        foreach (var happened in events)
        {
            next = RunReducer.Apply(next, happened, nowMs);
        }
        return next;
    }

    private static async ValueTask PlaceAsync(SqlSession session, AttemptRow attempt, bool isEnded)
    {
        var runId = attempt.Key.RunId;
        if (isEnded)
        {
            await QueueSql.RemoveAsync(session, runId);
        }
        else if (attempt.Lease is null)
        {
            await LeaseSql.TakeBackAsync(session, attempt);
        }
        else if (!attempt.Lease.IsReported || attempt.Lease.IsSilent)
        {
            await QueueSql.SetReportedAsync(session, runId);
        }
    }
}
