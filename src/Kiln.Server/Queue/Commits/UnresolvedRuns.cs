using Kiln.Contracts.Plans;
using Kiln.Server.Runs;
using Kiln.Server.Runs.State;
using Kiln.Server.Storage;

namespace Kiln.Server.Queue.Commits;

/// <summary>A run that waits for its commits.</summary>
internal sealed record UnresolvedRun(RunRecord Run, IReadOnlyDictionary<string, string> SealedSecrets);

/// <summary>Runs that wait for their commits, in the store.</summary>
internal sealed class UnresolvedRuns(Database database, RunSignals signals, QueueBells bells, TimeProvider time)
{
    private const string Duty = "commits";

    /// <summary>All of them, oldest first; none while another server looks after them.</summary>
    public async Task<List<long>> ListAsync(CancellationToken cancellationToken) =>
        !await database.HoldAsync(Duty, cancellationToken)
            ? []
            : await database.ReadAsync(
                session => session.QueryAsync(
                    "select run_id from queue where agent_id = '' and ready = 0 order by run_id",
                    static row => row.GetInt64(0)),
                cancellationToken);

    /// <summary>One of them; <c>null</c> when it waits no longer.</summary>
    public Task<UnresolvedRun?> FindAsync(long runId, CancellationToken cancellationToken) => database.ReadAsync(
        async session =>
        {
            var run = await RunSql.GetAsync(session, runId, attempt: null);
            var secrets = await session.FindAsync(
                "select secrets from runs where run_id = @1", static row => row.GetString(0), runId);
            return run is { IsWaiting: true } ? new UnresolvedRun(run, RunsJson.ReadSecrets(secrets!)) : null;
        },
        cancellationToken);

    /// <summary>Stores the plan with its commits: the attempt may be leased.</summary>
    public async Task ResolvedAsync(RunRecord run, RunPlan plan, CancellationToken cancellationToken)
    {
        var planJson = RunsJson.Write(plan);
        await IfWaitingAsync(
            run,
            async (session, now) =>
            {
                await RunSql.SaveAsync(
                    session, run.RunId, run.Attempt, now.State, RunReducer.Apply(now.State, new RunFact.CommitsResolved(), Now()));
                await RunSql.SavePlanAsync(session, run.RunId, planJson);
                await QueueSql.SetReadyAsync(session, run.RunId);
            },
            cancellationToken);
        bells.RingWork(Needs.Of(plan));
    }

    /// <summary>Ends the attempt: it cannot begin.</summary>
    public async Task FailedAsync(RunRecord run, string reason, string message, CancellationToken cancellationToken)
    {
        var makesRoom = false;
        await IfWaitingAsync(
            run,
            async (session, now) => makesRoom = await WaitingEnd.OfAsync(session, now, new RunFact.CannotStart(reason, message), Now()),
            cancellationToken);
        if (makesRoom)
        {
            bells.RingRoom();
        }
    }

    private async Task IfWaitingAsync(RunRecord run, Func<SqlSession, RunRecord, ValueTask> change, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            async session =>
            {
                // Cancelled, timed out or retried meanwhile: then this is about nothing any more.
                if (await RunSql.GetAsync(session, run.RunId, attempt: null) is not { IsWaiting: true } now
                    || now.Attempt != run.Attempt)
                {
                    return false;
                }
                await change(session, now);
                return true;
            },
            cancellationToken);
        signals.Changed(run.RunId);
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
