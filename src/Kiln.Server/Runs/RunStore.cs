using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Server.Planning;
using Kiln.Server.Queue;
using Kiln.Server.Runs.State;
using Kiln.Server.Storage;

namespace Kiln.Server.Runs;

/// <summary>Runs and their attempts: creation, orders of people, reading. What runners report goes through <see cref="RunReports"/>.</summary>
public sealed class RunStore(Database database, RunSignals signals, QueueBells bells, TimeProvider time)
{
    private static readonly TimeSpan KeyLife = TimeSpan.FromDays(1);

    /// <summary>The number of a run that is going to be created; numbers grow, gaps happen.</summary>
    public ValueTask<long> AllocateIdAsync(CancellationToken cancellationToken) =>
        database.AllocateAsync("runs", "run_id", cancellationToken);

    /// <summary>Stores a run with its first attempt and its place in the queue, durably and at once.</summary>
    /// <param name="run">The run.</param>
    /// <param name="idempotency">The client's key; <c>null</c> = none.</param>
    public async Task<RunCreation> CreateAsync(
        NewRun run, Idempotency? idempotency, CancellationToken cancellationToken)
    {
        var isResolving = run.Plan.NeedsCommits();
        var now = Now();
        var state = AttemptState.New(run.Plan, isResolving, now);
        // Written as text before the transaction: the writer thread has better to do.
        var row = new RunRow(
            run, RunsJson.Write(run.Plan), RunsJson.Write(run.SealedSecrets), RunsJson.Write(run.Parameters), now);
        var stateJson = RunsJson.Write(state);
        var entry = QueueEntry.Of(run.RunId, attempt: 1, run.Plan, run.Priority, now, fence: 0);
        IReadOnlyList<OlderEntry> older = [];
        var creation = await database.WriteAsync(
            async session =>
            {
                if (idempotency is not null)
                {
                    await RunSql.ForgetKeysAsync(session, now - (long)KeyLife.TotalMilliseconds);
                    if (await RunSql.FindKeyAsync(session, idempotency) is { } earlier)
                    {
                        return earlier;
                    }
                    await RunSql.KeepKeyAsync(session, idempotency, run.RunId, now);
                }
                await RunSql.InsertAsync(session, row);
                await RunSql.InsertAttemptAsync(session, run.RunId, attempt: 1, stateJson);
                await QueueSql.EnqueueAsync(session, entry);
                older = await ReplaceOlderAsync(session, entry, now);
                return (RunCreation)new RunCreation.Created(run.RunId, RunStatus.Queued);
            },
            cancellationToken);
        if (creation is RunCreation.Created)
        {
            Announce(run.Plan);
            foreach (var replaced in older)
            {
                signals.Changed(replaced.RunId);
                bells.Ring(replaced.AgentId);
            }
        }
        return creation;
    }

    /// <summary>What an idempotency key stands for already; <c>null</c> = nothing.</summary>
    public Task<RunCreation?> FindAsync(Idempotency idempotency, CancellationToken cancellationToken) =>
        database.ReadAsync(session => RunSql.FindKeyAsync(session, idempotency), cancellationToken);

    /// <summary>A run with its last attempt, or <c>null</c>.</summary>
    public Task<RunRecord?> GetAsync(long runId, CancellationToken cancellationToken) =>
        database.ReadAsync(session => RunSql.GetAsync(session, runId, attempt: null), cancellationToken);

    /// <summary>A run with one of its attempts, or <c>null</c>.</summary>
    public Task<RunRecord?> GetAsync(long runId, int attempt, CancellationToken cancellationToken) =>
        database.ReadAsync(session => RunSql.GetAsync(session, runId, attempt), cancellationToken);

    /// <summary>Every attempt of a run, the first one first; empty when there is no such run.</summary>
    public Task<List<AttemptRecord>> AttemptsAsync(long runId, CancellationToken cancellationToken) =>
        database.ReadAsync(session => RunSql.AttemptsAsync(session, runId), cancellationToken);

    /// <summary>A page of runs, newest first.</summary>
    public Task<RunPage> ListAsync(RunQuery query, CancellationToken cancellationToken) =>
        database.ReadAsync(session => RunListSql.ListAsync(session, query), cancellationToken);

    /// <summary>Ends a waiting run at once; tells the host of a leased one to stop it. Idempotent.</summary>
    public async Task<RunOrder> CancelAsync(long runId, string by, CancellationToken cancellationToken)
    {
        var now = Now();
        var makesRoom = false;
        var order = await database.WriteAsync<RunOrder>(
            async session =>
            {
                if (await RunSql.GetAsync(session, runId, attempt: null) is not { } run)
                {
                    return new RunOrder.Missing();
                }
                if (run.State.IsFinal)
                {
                    return run.State.Status == RunStatus.Cancelled
                        ? new RunOrder.Accepted(runId, RunStatus.Cancelled, run.Attempt, "")
                        : new RunOrder.Refused($"Run {runId} has already ended: {Words.Of(run.State.Status)}.");
                }
                if (await QueueSql.OrderStopAsync(session, runId, "cancelled", $"Cancelled by {by}.") is { Length: > 0 } agentId)
                {
                    return new RunOrder.Accepted(runId, run.State.Status, run.Attempt, agentId);
                }
                makesRoom = await WaitingEnd.OfAsync(session, run, new RunFact.CancelledWaiting(by), now);
                return new RunOrder.Accepted(runId, RunStatus.Cancelled, run.Attempt, "");
            },
            cancellationToken);
        if (order is RunOrder.Accepted accepted)
        {
            signals.Changed(runId);
            bells.Ring(accepted.AgentId);
            if (makesRoom)
            {
                bells.RingRoom();
            }
        }
        return order;
    }

    /// <summary>Queues a new attempt of an ended run: same plan, same commits.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="by">Who wants it.</param>
    /// <param name="fromFailedStep">Goes on in the kept workspace of the attempt that failed last, from the step that failed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<RunOrder> RetryAsync(long runId, string by, bool fromFailedStep, CancellationToken cancellationToken)
    {
        var now = Now();
        RunPlan? plan = null;
        ContinuedAttempt? continues = null;
        var order = await database.WriteAsync<RunOrder>(
            async session =>
            {
                if (await RunSql.GetAsync(session, runId, attempt: null) is not { } run)
                {
                    return new RunOrder.Missing();
                }
                var origin = fromFailedStep ? await FailedStep.OriginAsync(session, run) : null;
                if (origin is not null && FailedStep.Hindrance(origin, now) is { } hindrance)
                {
                    return new RunOrder.Refused(hindrance);
                }
                if (!run.State.IsFinal)
                {
                    return new RunOrder.Refused($"Run {runId} has not ended yet ({Words.Of(run.State.Status)}); cancel it first.");
                }
                plan = run.Plan;
                continues = origin is null ? null : await FailedStep.TakeAsync(session, origin, now);
                await NextAttempt.QueueAsync(
                    session, run, $"Retried by {by}{(origin is null ? "" : $" from the failed step of attempt {origin.Attempt}")}.", continues, now);
                return new RunOrder.Accepted(runId, RunStatus.Queued, run.LastAttempt + 1, "");
            },
            cancellationToken);
        if (order is RunOrder.Accepted)
        {
            signals.Changed(runId);
            Announce(plan!, continues);
        }
        return order;
    }

    /// <summary>Wakes whoever has to do with a new attempt of a plan.</summary>
    internal void Announce(RunPlan plan, ContinuedAttempt? continues = null)
    {
        if (plan.NeedsCommits())
        {
            signals.CommitsWanted();
        }
        else
        {
            bells.RingWork(Needs.Of(plan, continues));
        }
    }

    // Older runs of the same line: who waits is over, who runs is told to stop.
    private static async ValueTask<IReadOnlyList<OlderEntry>> ReplaceOlderAsync(SqlSession session, QueueEntry entry, long now)
    {
        if (entry.Line.Length == 0)
        {
            return [];
        }
        var older = await QueueSql.OlderAsync(session, entry);
        foreach (var replaced in older)
        {
            if (replaced.AgentId.Length > 0)
            {
                await QueueSql.OrderStopAsync(
                    session, replaced.RunId, RunReason.Superseded, $"Run {entry.RunId} of the same build is newer.");
            }
            else if (await RunSql.GetAsync(session, replaced.RunId, attempt: null) is { State.IsFinal: false } run)
            {
                await WaitingEnd.OfAsync(session, run, new RunFact.Superseded(entry.RunId), now);
            }
        }
        return older;
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
