using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Runs;
using Kiln.Server.Runs.State;
using Kiln.Server.Storage;

namespace Kiln.Server.Queue;

/// <summary>The transactions of a report.</summary>
public sealed class ReportStore(Database database, RunSignals signals, QueueBells bells, TimeProvider time)
{
    /// <summary>The attempt behind a lease, or <c>null</c>.</summary>
    internal Task<AttemptRow?> FindAsync(LeaseKey key, CancellationToken cancellationToken) =>
        database.ReadAsync(session => LeaseSql.FindAsync(session, key), cancellationToken);

    /// <summary>
    /// Folds events into the attempt; its row afterwards, or <c>null</c> when the lease has become stale. A given-up attempt
    /// is its runner's again; an ended one leaves the queue.
    /// </summary>
    internal async Task<AttemptRow?> TakeAsync(
        LeaseKey key, IReadOnlyList<RunEvent> events, CancellationToken cancellationToken)
    {
        var after = AfterEnd.Nothing;
        var taken = await database.WriteAsync(
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
                var now = time.GetUtcNow().ToUnixTimeMilliseconds();
                var next = Fold(attempt.State, events, now);
                await RunSql.SaveAsync(session, key.RunId, key.Attempt, attempt.State, next);
                after = next.IsFinal
                    ? await AfterEnd.OfAsync(session, key.RunId, attempt.Lease, next, now)
                    : await PlaceAsync(session, attempt);
                return attempt with { State = next };
            },
            cancellationToken);
        after.Announce(signals, bells);
        return taken;
    }

    private static AttemptState Fold(AttemptState state, IReadOnlyList<RunEvent> events, long nowMs)
    {
        var next = RunReducer.Apply(state, new RunFact.HostReturned(), nowMs);
        foreach (var happened in events)
        {
            next = RunReducer.Apply(next, happened, nowMs);
        }
        return next;
    }

    private static async ValueTask<AfterEnd> PlaceAsync(SqlSession session, AttemptRow attempt)
    {
        if (attempt.Lease is null)
        {
            await LeaseSql.TakeBackAsync(session, attempt);
        }
        else if (!attempt.Lease.IsReported || attempt.Lease.IsSilent)
        {
            await QueueSql.SetReportedAsync(session, attempt.Key.RunId);
        }
        return AfterEnd.Nothing;
    }
}
