using Kiln.Server.Logs;
using Kiln.Server.Runs.State;
using Kiln.Server.Storage;

namespace Kiln.Server.Runs;

/// <summary>Statements about the artifacts of ended attempts: what is to go.</summary>
internal static class KeptArtifactSql
{
    private const string Keep = """
        insert into kept_artifacts (run_id, attempt, ended_at) values (@1, @2, @3)
        on conflict (run_id, attempt) do update set ended_at = excluded.ended_at
        """;

    private const string Old =
        "select run_id, attempt from kept_artifacts where ended_at <= @1 order by ended_at limit @2";

    /// <summary>Follows an attempt's end, when it leaves artifacts here.</summary>
    public static async ValueTask FollowAsync(
        SqlSession session, LogKey key, AttemptState before, AttemptState after)
    {
        if (after.IsFinal && !before.IsFinal && after.Artifacts.Any(static artifact => artifact.Kind != "image"))
        {
            await session.ExecuteAsync(Keep, key.RunId, key.Attempt, after.EndedAt);
        }
    }

    public static ValueTask<List<LogKey>> OldAsync(SqlSession session, long endedBefore, int limit) => session.QueryAsync(
        Old, static row => new LogKey(row.GetInt64(0), row.GetInt32(1)), endedBefore, limit);

    public static ValueTask<int> RemoveAsync(SqlSession session, LogKey key) =>
        session.ExecuteAsync("delete from kept_artifacts where run_id = @1 and attempt = @2", key.RunId, key.Attempt);
}
