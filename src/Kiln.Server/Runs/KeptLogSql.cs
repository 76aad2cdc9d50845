using Kiln.Server.Logs;
using Kiln.Server.Runs.State;
using Kiln.Server.Storage;

namespace Kiln.Server.Runs;

/// <summary>A log that is kept.</summary>
/// <param name="Key">Which.</param>
/// <param name="Stored">Bytes that it takes.</param>
internal sealed record KeptLog(LogKey Key, long Stored);

/// <summary>Statements about the logs of ended attempts: what is to be packed, what is to go.</summary>
internal static class KeptLogSql
{
    private const string Keep = """
        insert into kept_logs (run_id, attempt, form, ended_at, stored) values (@1, @2, @3, @4, @5)
        on conflict (run_id, attempt) do update set form = excluded.form, ended_at = excluded.ended_at, stored = excluded.stored
        """;

    private const string Written = """
        select run_id, attempt, stored from kept_logs where form = 'written' and ended_at <= @1 order by ended_at limit @2
        """;

    private const string Oldest =
        "select run_id, attempt, stored from kept_logs where ended_at <= @1 order by ended_at limit @2";

    /// <summary>Follows an attempt's end, and its coming back.</summary>
    public static async ValueTask FollowAsync(
        SqlSession session, LogKey key, AttemptState before, AttemptState after)
    {
        if (after.IsFinal && (!before.IsFinal || before.LogLength != after.LogLength))
        {
            await session.ExecuteAsync(
                Keep, key.RunId, key.Attempt, after.LogLength is null ? "unfinished" : "written", after.EndedAt, after.LogLength ?? 0);
        }
        else if (before.IsFinal && !after.IsFinal)
        {
            await RemoveAsync(session, key);
        }
    }

    public static ValueTask<List<KeptLog>> WrittenAsync(SqlSession session, long endedBefore, int limit) =>
        session.QueryAsync(Written, Map, endedBefore, limit);

    public static ValueTask<List<KeptLog>> OldestAsync(SqlSession session, long endedBefore, int limit) =>
        session.QueryAsync(Oldest, Map, endedBefore, limit);

    public static async ValueTask<long> StoredAsync(SqlSession session) =>
        await session.NumberAsync("select cast(sum(stored) as bigint) from kept_logs") ?? 0;

    public static ValueTask<int> SetAsync(SqlSession session, LogKey key, string form, long stored) => session.ExecuteAsync(
        "update kept_logs set form = @3, stored = @4 where run_id = @1 and attempt = @2", key.RunId, key.Attempt, form, stored);

    public static ValueTask<int> RemoveAsync(SqlSession session, LogKey key) =>
        session.ExecuteAsync("delete from kept_logs where run_id = @1 and attempt = @2", key.RunId, key.Attempt);

    private static KeptLog Map(SqlRow row) => new(new LogKey(row.GetInt64(0), row.GetInt32(1)), row.GetInt64(2));
}
