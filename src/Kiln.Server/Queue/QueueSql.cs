using Kiln.Contracts.Protocol;
using Kiln.Server.Storage;

namespace Kiln.Server.Queue;

/// <summary>An active lease as the queue knows it.</summary>
internal sealed record ActiveLease(LeaseKey Key, string AgentId, bool IsReported, bool IsSilent, string StopCause, string StopMessage)
{
    /// <summary>The order to stop it, if there is one.</summary>
    public StopOrder? Stop => StopCause.Length == 0 ? null : new StopOrder(Key, StopCause, StopMessage);
}

/// <summary>An attempt that a newer run of its line replaces.</summary>
internal sealed record OlderEntry(long RunId, int Attempt, string AgentId);

/// <summary>Statements about the queue.</summary>
internal static class QueueSql
{
    private const string LeaseColumns = "run_id, attempt, fence, agent_id, reported, silent, stop_cause, stop_message";

    private const string Insert = """
        insert into queue (run_id, attempt, project_key, priority, fair, ready, queued_at, agent_id, fence, reported, silent,
            stop_cause, stop_message, build_name, build_limit, project_limit, held, line)
        values (@1, @2, @3, @4, @5, @6, @7, '', @8, 0, 0, '', '', @9, @10, @11, @12, @13)
        """;

    // The one statement that gives a run to an agent: two of them at once never take the same row.
    // Materialised: the rows are chosen (and locked, where the database locks rows) exactly once.
    private static string Lease(SqlDialect dialect) => $"""
        with chosen as materialized (
            select q.run_id from queue q
            where q.agent_id = '' and q.ready = 1 and q.held = ''
                and not exists (select 1 from queue_needs n where n.run_id = q.run_id
                    and not exists (select 1 from host_offers o where o.agent_id = @1 and o.offer = n.need))
            order by q.priority desc, q.fair, q.run_id
            limit @2{dialect.SkipLocked})
        update queue set agent_id = @1, fence = fence + 1, reported = 0, silent = 0
        where agent_id = '' and run_id in (select run_id from chosen)
        returning run_id, attempt, fence, queued_at
        """;

    /// <summary>
    /// Puts an attempt at its place. Projects take turns within a priority: an entry's <c>fair</c> is one more than the last
    /// of its project, but not behind the turn that the queue has reached (start-time fair queueing).
    /// </summary>
    public static async ValueTask EnqueueAsync(SqlSession session, QueueEntry entry)
    {
        var ofProject = await session.NumberAsync("select max(fair) from queue where project_key = @1", entry.ProjectKey);
        var started = await session.NumberAsync("select max(fair) from queue where agent_id > ''");
        var waiting = await session.NumberAsync("select min(fair) from queue where agent_id = ''");
        var turn = Math.Max(started ?? 0, (waiting ?? 1) - 1);
        var fair = Math.Max(turn, ofProject ?? 0) + 1;
        await session.ExecuteAsync(
            Insert,
            entry.RunId, entry.Attempt, entry.ProjectKey, entry.Priority, fair, entry.IsReady ? 1 : 0, entry.QueuedAt, entry.Fence,
            entry.BuildName, entry.BuildLimit, entry.ProjectLimit, Admission.HeldAtFirst(entry), entry.Line);
        foreach (var need in entry.Needs)
        {
            await session.ExecuteAsync("insert into queue_needs (run_id, need) values (@1, @2)", entry.RunId, need);
        }
        await Admission.EnterAsync(session, entry);
    }

    /// <summary>Takes an attempt out; what a limit held back because of it may come.</summary>
    /// <returns>Whether another attempt may be leased because of that: then <see cref="QueueBells.RingRoom"/> is due.</returns>
    public static async ValueTask<bool> RemoveAsync(SqlSession session, long runId)
    {
        var place = await session.FindAsync(
            "delete from queue where run_id = @1 returning project_key, build_name, build_limit + project_limit",
            static row => new Place(row.GetString(0), row.GetString(1), IsLimited: row.GetInt64(2) > 0),
            runId);
        await session.ExecuteAsync("delete from queue_needs where run_id = @1", runId);
        return place is { IsLimited: true } && await Admission.LeftAsync(session, place.ProjectKey, place.BuildName);
    }

    /// <summary>Older attempts of a build's line, that a newer run replaces.</summary>
    public static ValueTask<List<OlderEntry>> OlderAsync(SqlSession session, QueueEntry entry) => session.QueryAsync(
        "select run_id, attempt, agent_id from queue where project_key = @1 and build_name = @2 and line = @3 and run_id < @4 order by run_id",
        static row => new OlderEntry(row.GetInt64(0), row.GetInt32(1), row.GetString(2)),
        entry.ProjectKey, entry.BuildName, entry.Line, entry.RunId);

    /// <summary>Whether a limit holds any attempt.</summary>
    public static async ValueTask<bool> AnyHeldAsync(SqlSession session) =>
        await session.NumberAsync("select 1 from queue where held <> '' limit 1") is not null;

    /// <summary>How many attempts wait.</summary>
    public static async ValueTask<long> WaitingAsync(SqlSession session) =>
        await session.NumberAsync("select count(*) from queue where agent_id = ''") ?? 0;

    public static async ValueTask<int> CountAsync(SqlSession session, string agentId) =>
        (int)(await session.NumberAsync("select count(*) from queue where agent_id = @1", agentId) ?? 0);

    /// <summary>Leases to an agent; beside each, since when it waited in Unix milliseconds.</summary>
    public static ValueTask<List<(LeaseKey Key, long QueuedAt)>> LeaseAsync(SqlSession session, string agentId, int limit) =>
        session.QueryAsync(Lease(session.Dialect), static row => (MapKey(row), row.GetInt64(3)), agentId, limit);

    public static ValueTask<List<ActiveLease>> OfAgentAsync(SqlSession session, string agentId) => session.QueryAsync(
        $"select {LeaseColumns} from queue where agent_id = @1 order by run_id", MapLease, agentId);

    public static ValueTask<ActiveLease?> FindAsync(SqlSession session, long runId) => session.FindAsync(
        $"select {LeaseColumns} from queue where run_id = @1 and agent_id > ''", MapLease, runId);

    /// <summary>Agents of hosts that have leases; clusters look after theirs themselves.</summary>
    public static ValueTask<List<string>> AgentsAsync(SqlSession session) => session.QueryAsync(
        "select distinct agent_id from queue where agent_id > '' and agent_id not like 'cluster:%'", static row => row.GetString(0));

    /// <summary>Clusters that have leases, by their agent ids.</summary>
    public static ValueTask<List<string>> ClustersAsync(SqlSession session) => session.QueryAsync(
        "select distinct agent_id from queue where agent_id like 'cluster:%'", static row => row.GetString(0));

    public static ValueTask<int> SetReadyAsync(SqlSession session, long runId) =>
        session.ExecuteAsync("update queue set ready = 1 where run_id = @1", runId);

    public static ValueTask<int> SetReportedAsync(SqlSession session, long runId) =>
        session.ExecuteAsync("update queue set reported = 1, silent = 0 where run_id = @1", runId);

    public static ValueTask<int> SetSilentAsync(SqlSession session, long runId, bool isSilent) =>
        session.ExecuteAsync("update queue set silent = @2 where run_id = @1", runId, isSilent ? 1 : 0);

    /// <summary>Orders a leased attempt to stop; its agent, or <c>null</c> when nobody has it.</summary>
    public static ValueTask<string?> OrderStopAsync(SqlSession session, long runId, string cause, string message) =>
        session.FindAsync(
            "update queue set stop_cause = @2, stop_message = @3 where run_id = @1 and agent_id > '' returning agent_id",
            static row => row.GetString(0),
            runId, cause, message);

    /// <summary>Attempts that wait (not leased) since <paramref name="time"/> or before, by the wall clock; in Unix milliseconds.</summary>
    public static ValueTask<List<(long RunId, long QueuedAt)>> QueuedBeforeAsync(SqlSession session, long time) => session.QueryAsync(
        "select run_id, queued_at from queue where agent_id = '' and queued_at <= @1",
        static row => (RunId: row.GetInt64(0), QueuedAt: row.GetInt64(1)),
        time);

    private sealed record Place(string ProjectKey, string BuildName, bool IsLimited);

    private static LeaseKey MapKey(SqlRow row) => new(row.GetInt64(0), row.GetInt32(1), row.GetInt64(2));

    private static ActiveLease MapLease(SqlRow row) => new(
        MapKey(row), row.GetString(3), row.GetInt64(4) != 0, row.GetInt64(5) != 0, row.GetString(6), row.GetString(7));
}
