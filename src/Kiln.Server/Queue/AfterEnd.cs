using Kiln.Contracts.Plans;
using Kiln.Server.Runs;
using Kiln.Server.Runs.State;
using Kiln.Server.Storage;

namespace Kiln.Server.Queue;

/// <summary>What the end of a leased attempt makes possible: its place is free, and its run may be tried again.</summary>
/// <param name="MakesRoom">A limit lets another run through.</param>
/// <param name="Again">Plan of a run whose next attempt waits now; <c>null</c> = none.</param>
internal sealed record AfterEnd(bool MakesRoom, RunPlan? Again)
{
    public static AfterEnd Nothing { get; } = new(MakesRoom: false, Again: null);

    /// <summary>Takes an ended attempt out of the queue and does what follows from it, in the transaction of its end.</summary>
    public static async ValueTask<AfterEnd> OfAsync(SqlSession session, long runId, ActiveLease? lease, AttemptState ended, long now)
    {
        var makesRoom = await QueueSql.RemoveAsync(session, runId);
        // Somebody wanted it to stop: then it is not begun anew.
        var again = lease?.Stop is null ? await NextAttempt.AfterLossAsync(session, runId, ended, now) : null;
        return new AfterEnd(makesRoom, again?.Plan);
    }

    /// <summary>Wakes whoever has to do with it, after the commit.</summary>
    public void Announce(RunSignals signals, QueueBells bells)
    {
        if (MakesRoom)
        {
            bells.RingRoom();
        }
        if (Again is { } plan && plan.NeedsCommits())
        {
            signals.CommitsWanted();
        }
        else if (Again is not null)
        {
            bells.RingWork(Needs.Of(Again));
        }
    }
}
