using Kiln.Contracts.Protocol;
using Kiln.Server.Storage;

namespace Kiln.Server.Queue.Pods;

/// <summary>Statements about pods.</summary>
internal static class PodSql
{
    private const string Columns = "run_id, attempt, fence, pod, notices, trouble_reason, trouble_message, heard_at";

    private const string Save = """
        insert into pods (run_id, attempt, fence, pod, notices, trouble_reason, trouble_message, heard_at)
        values (@1, @2, @3, @4, @5, @6, @7, @8)
        on conflict (run_id, attempt, fence) do update set pod = excluded.pod, notices = excluded.notices,
            trouble_reason = excluded.trouble_reason, trouble_message = excluded.trouble_message, heard_at = excluded.heard_at
        """;

    private const string OpenLogs = """
        select a.run_id, a.attempt, a.fence from kept_logs k join run_attempts a on a.run_id = k.run_id and a.attempt = k.attempt
        where k.form = 'unfinished' and a.agent_id = @1 and a.fence > 0
        """;

    public static ValueTask<PodRecord?> FindAsync(SqlSession session, LeaseKey key) => session.FindAsync(
        $"select {Columns} from pods where run_id = @1 and attempt = @2 and fence = @3", Map, key.RunId, key.Attempt, key.Fence);

    public static ValueTask<List<PodRecord>> AllAsync(SqlSession session) => session.QueryAsync($"select {Columns} from pods", Map);

    public static ValueTask<int> SaveAsync(SqlSession session, PodRecord pod) => session.ExecuteAsync(
        Save,
        pod.Key.RunId, pod.Key.Attempt, pod.Key.Fence, pod.Name, string.Join('\n', pod.Notices),
        pod.Trouble?.Reason ?? "", pod.Trouble?.Message ?? "", pod.HeardAt);

    /// <summary>What a cluster offers, in the place of what it offered before.</summary>
    public static async ValueTask<bool> OfferAsync(SqlSession session, string agentId, string offer)
    {
        await session.ExecuteAsync("delete from host_offers where agent_id = @1", agentId);
        await session.ExecuteAsync("insert into host_offers (agent_id, offer) values (@1, @2)", agentId, offer);
        return true;
    }

    /// <summary>Ended leases of a cluster whose runner has not said a last word.</summary>
    public static ValueTask<List<LeaseKey>> OpenLogsAsync(SqlSession session, string agentId) => session.QueryAsync(
        OpenLogs, static row => new LeaseKey(row.GetInt64(0), row.GetInt32(1), row.GetInt64(2)), agentId);

    public static ValueTask<int> RemoveAsync(SqlSession session, LeaseKey key) => session.ExecuteAsync(
        "delete from pods where run_id = @1 and attempt = @2 and fence = @3", key.RunId, key.Attempt, key.Fence);

    private static PodRecord Map(SqlRow row) => new(new LeaseKey(row.GetInt64(0), row.GetInt32(1), row.GetInt64(2)))
    {
        Name = row.GetString(3),
        Notices = row.GetString(4) is { Length: > 0 } notices ? notices.Split('\n') : [],
        Trouble = row.GetString(5) is { Length: > 0 } reason ? new PodTrouble(reason, row.GetString(6)) : null,
        HeardAt = row.GetInt64(7),
    };
}
