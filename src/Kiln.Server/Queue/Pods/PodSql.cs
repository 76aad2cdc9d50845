using System.Data.Common;
using Kiln.Contracts.Protocol;
using Kiln.Server.Storage;

namespace Kiln.Server.Queue.Pods;

/// <summary>Statements about pods.</summary>
internal static class PodSql
{
    private const string Columns = "run_id, attempt, fence, notices, trouble_reason, trouble_message, heard_at";

    private const string Save = """
        insert into pods (run_id, attempt, fence, notices, trouble_reason, trouble_message, heard_at) values (@1, @2, @3, @4, @5, @6, @7)
        on conflict (run_id, attempt, fence) do update set notices = excluded.notices, trouble_reason = excluded.trouble_reason,
            trouble_message = excluded.trouble_message, heard_at = excluded.heard_at
        """;

    public static ValueTask<PodRecord?> FindAsync(SqlSession session, LeaseKey key) => session.FindAsync(
        $"select {Columns} from pods where run_id = @1 and attempt = @2 and fence = @3", Map, key.RunId, key.Attempt, key.Fence);

    public static ValueTask<List<PodRecord>> AllAsync(SqlSession session) => session.QueryAsync($"select {Columns} from pods", Map);

    public static ValueTask<int> SaveAsync(SqlSession session, PodRecord pod) => session.ExecuteAsync(
        Save,
        pod.Key.RunId, pod.Key.Attempt, pod.Key.Fence, string.Join('\n', pod.Notices),
        pod.Trouble?.Reason ?? "", pod.Trouble?.Message ?? "", pod.HeardAt);

    /// <summary>What a cluster offers, in the place of what it offered before.</summary>
    public static async ValueTask<bool> OfferAsync(SqlSession session, string agentId, string offer)
    {
        await session.ExecuteAsync("delete from host_offers where agent_id = @1", agentId);
        await session.ExecuteAsync("insert into host_offers (agent_id, offer) values (@1, @2)", agentId, offer);
        return true;
    }

    public static ValueTask<int> RemoveAsync(SqlSession session, LeaseKey key) => session.ExecuteAsync(
        "delete from pods where run_id = @1 and attempt = @2 and fence = @3", key.RunId, key.Attempt, key.Fence);

    private static PodRecord Map(DbDataReader row) => new(
        new LeaseKey(row.GetInt64(0), row.GetInt32(1), row.GetInt64(2)),
        row.GetString(3) is { Length: > 0 } notices ? notices.Split('\n') : [],
        row.GetString(4) is { Length: > 0 } reason ? new PodTrouble(reason, row.GetString(5)) : null,
        row.GetInt64(6));
}
