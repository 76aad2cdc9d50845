using Kiln.Contracts.Protocol;
using Kiln.Server.Runs;
using Kiln.Server.Storage;

namespace Kiln.Server.Queue;

/// <summary>What a lease is made of.</summary>
/// <param name="QueuedAt">Since when it waited, Unix milliseconds; 0 where nobody asks.</param>
/// <param name="Continues">The attempt in whose workspace it goes on; 0 = none.</param>
internal sealed record LeaseMaterial(LeaseKey Key, string Plan, string Secrets, long QueuedAt = 0, int Continues = 0);

/// <summary>Statements about attempts and their leases.</summary>
internal static class LeaseSql
{
    private const string Find = """
        select a.run_id, a.attempt, a.fence, a.agent_id, a.state, r.attempt,
            q.fence, q.reported, q.silent, q.stop_cause, q.stop_message
        from run_attempts a
        join runs r on r.run_id = a.run_id
        left join queue q on q.run_id = a.run_id and q.attempt = a.attempt and q.fence = a.fence and q.agent_id > ''
        where a.run_id = @1 and a.attempt = @2
        """;

    private const string HandOver =
        "update run_attempts set fence = @3, agent_id = @4, host = @5 where run_id = @1 and attempt = @2";

    private const string TakeBack = """
        insert into queue (run_id, attempt, project_key, priority, fair, ready, queued_at, agent_id, fence, reported, silent,
            stop_cause, stop_message, build_name)
        select run_id, @2, project_key, priority, 0, 1, created_at, @3, @4, 1, 0, '', '', build_name from runs where run_id = @1
        """;

    public static ValueTask<AttemptRow?> FindAsync(SqlSession session, LeaseKey key) =>
        session.FindAsync(Find, Map, key.RunId, key.Attempt);

    public static ValueTask<int> HandOverAsync(SqlSession session, LeaseKey key, AgentInfo agent) =>
        session.ExecuteAsync(HandOver, key.RunId, key.Attempt, key.Fence, agent.AgentId, agent.Name);

    /// <summary>Says more exactly where a leased attempt runs.</summary>
    public static ValueTask<int> PlaceAsync(SqlSession session, LeaseKey key, string place) => session.ExecuteAsync(
        "update run_attempts set host = @4 where run_id = @1 and attempt = @2 and fence = @3", key.RunId, key.Attempt, key.Fence, place);

    /// <summary>Makes a given-up attempt its agent's lease again.</summary>
    public static ValueTask<int> TakeBackAsync(SqlSession session, AttemptRow attempt) =>
        session.ExecuteAsync(TakeBack, attempt.Key.RunId, attempt.Key.Attempt, attempt.AgentId, attempt.Key.Fence);

    public static async ValueTask<LeaseMaterial?> MaterialAsync(SqlSession session, LeaseKey key)
    {
        var material = await session.FindAsync(
            "select plan, secrets from runs where run_id = @1",
            row => new LeaseMaterial(key, row.GetString(0), row.GetString(1)),
            key.RunId);
        // A first attempt has none to go on from.
        return key.Attempt > 1 && material is not null && await FindAsync(session, key) is { State.Continues: { } continues }
            ? material with { Continues = continues.Attempt }
            : material;
    }

    private static AttemptRow Map(SqlRow row)
    {
        var key = new LeaseKey(row.GetInt64(0), row.GetInt32(1), row.GetInt64(2));
        var agentId = row.GetString(3);
        var lease = row.IsNull(6)
            ? null
            : new ActiveLease(
                key, agentId, row.GetInt64(7) != 0, row.GetInt64(8) != 0, row.GetString(9), row.GetString(10));
        return new AttemptRow(
            key, row.GetInt32(5) == key.Attempt, agentId, lease, RunsJson.ReadState(row.GetString(4)));
    }
}
