using Kiln.Server.Storage;

namespace Kiln.Server.Runs;

/// <summary>A list of runs by what it is filtered with; empty = any.</summary>
internal sealed record RunFilter(string ProjectKey, string BuildName, string ServiceName, string Status);

/// <summary>So many runs of a list have this number or a smaller one.</summary>
internal sealed record RunAnchor(long RunId, long Ordinal);

/// <summary>
/// Statements about anchors. An anchor is exact at every commit: what creates a run or changes a status counts those above it
/// anew, which for the newest runs are none.
/// </summary>
internal static class RunAnchorSql
{
    private const string OfFilter = "project_key = @1 and build_name = @2 and service_name = @3 and status = @4";

    private const string Last =
        $"select run_id, ordinal from run_anchors where {OfFilter} order by run_id desc limit 1";

    private const string AtOrAbove =
        $"select run_id, ordinal from run_anchors where {OfFilter} and ordinal >= @5 order by ordinal limit 1";

    private const string Insert = """
        insert into run_anchors (project_key, build_name, service_name, status, run_id, ordinal)
        values (@1, @2, @3, @4, @5, @6) on conflict do nothing
        """;

    // With status '' it counts the run itself, else the run in that status.
    private const string Count = """
        update run_anchors set ordinal = ordinal + @2 where run_id >= @1 and exists (
            select 1 from runs r where r.run_id = @1
            and run_anchors.project_key in ('', r.project_key) and run_anchors.build_name in ('', r.build_name)
            and run_anchors.service_name in ('', r.service_name) and run_anchors.status = @3)
        """;

    /// <summary>A run is new.</summary>
    public static ValueTask<int> AddedAsync(SqlSession session, long runId) => session.ExecuteAsync(Count, runId, 1, "");

    /// <summary>A run comes to an end, or leaves it.</summary>
    /// <param name="session">The transaction that stores it.</param>
    /// <param name="runId">Run.</param>
    /// <param name="status">Word of the final status.</param>
    /// <param name="by">1 = comes to it, -1 = leaves it.</param>
    public static ValueTask<int> EndedAsync(SqlSession session, long runId, string status, int by) =>
        session.ExecuteAsync(Count, runId, by, status);

    /// <summary>The highest anchor of a list.</summary>
    public static ValueTask<RunAnchor?> LastAsync(SqlSession session, RunFilter filter) =>
        session.FindAsync(Last, Map, filter.ProjectKey, filter.BuildName, filter.ServiceName, filter.Status);

    /// <summary>The lowest anchor that has at least so many runs at or below it.</summary>
    public static ValueTask<RunAnchor?> AtOrAboveAsync(SqlSession session, RunFilter filter, long ordinal) => session.FindAsync(
        AtOrAbove, Map, filter.ProjectKey, filter.BuildName, filter.ServiceName, filter.Status, ordinal);

    public static ValueTask<int> InsertAsync(SqlSession session, RunFilter filter, RunAnchor anchor) => session.ExecuteAsync(
        Insert, filter.ProjectKey, filter.BuildName, filter.ServiceName, filter.Status, anchor.RunId, anchor.Ordinal);

    private static RunAnchor Map(SqlRow row) => new(row.GetInt64(0), row.GetInt64(1));
}
