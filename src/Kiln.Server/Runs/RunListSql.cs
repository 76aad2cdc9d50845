using Kiln.Contracts.Runs;
using Kiln.Server.Storage;

namespace Kiln.Server.Runs;

/// <summary>
/// Lists of runs. Totals and pages start from the nearest anchor, so they cost the same in a list of a hundred runs and of a
/// million, on its first page and on its last.
/// </summary>
internal static class RunListSql
{
    private const int FirstProject = 8;

    /// <summary>
    /// Pages are cut from the index alone; only the rows of the page are read and their JSON parsed.
    /// </summary>
    public static async ValueTask<RunPage> ListAsync(SqlSession session, RunQuery query)
    {
        if (Lists(query) is { } lists)
        {
            return lists.Count == 1 ? await OneAsync(session, query, lists[0]) : await JoinedAsync(session, query, lists);
        }
        return new RunPage(0, []);
    }

    /// <summary>Numbers of a list's runs above one, the lowest first.</summary>
    public static ValueTask<List<long>> IdsAboveAsync(SqlSession session, RunFilter filter, long runId, int limit) =>
        session.QueryAsync(
            $"select p.run_id from runs p{Where(filter, "p.run_id > @5")} order by p.run_id limit @6",
            static row => row.GetInt64(0),
            filter.ProjectKey, filter.BuildName, filter.ServiceName, filter.Status, runId, limit);

    /// <summary>The lists that make up what is asked for, one for each project to be seen; <c>null</c> = none.</summary>
    private static List<RunFilter>? Lists(RunQuery query)
    {
        var filter = new RunFilter(query.ProjectKey, query.BuildName, query.ServiceName, query.Status);
        if (query.Projects is not { } projects || (query.ProjectKey.Length > 0 && projects.Contains(query.ProjectKey)))
        {
            return [filter];
        }
        return query.ProjectKey.Length > 0 || projects.Count == 0
            ? null
            : [.. projects.Select(project => filter with { ProjectKey = project })];
    }

    private static async ValueTask<RunPage> OneAsync(SqlSession session, RunQuery query, RunFilter filter)
    {
        var skipped = (query.Page - 1L) * query.PageSize;
        var top = skipped == 0 ? await PageAsync(session, query, filter, skipped, newest: null) : null;
        if (top?.Count < query.PageSize)
        {
            // Not even one page full: that is the whole list, and nothing is to be counted.
            return new RunPage(top.Count, top);
        }
        var count = await CountAsync(session, filter);
        if (skipped >= count.Total)
        {
            return new RunPage(count.Total, []) { Grown = count.Grown };
        }
        // From the top where that is near, else from the anchor at or above the page's newest run.
        var newest = count.Total - skipped;
        var anchor = skipped <= count.Rest ? null : await RunAnchorSql.AtOrAboveAsync(session, filter, newest);
        var runs = top
            ?? await PageAsync(session, query, filter, anchor is null ? skipped : anchor.Ordinal - newest, anchor?.RunId);
        return new RunPage(count.Total, runs) { Grown = count.Grown };
    }

    private static ValueTask<List<RunRecord>> PageAsync(SqlSession session, RunQuery query, RunFilter filter, long skipped, long? newest) =>
        RowsAsync(
            session,
            Where(filter, newest is null ? "" : "p.run_id <= @7"),
            filter.ProjectKey, filter.BuildName, filter.ServiceName, filter.Status, query.PageSize, skipped, newest);

    // Of several projects the total is the sum; a page is counted from the top, for there is no anchor in what they make together.
    private static async ValueTask<RunPage> JoinedAsync(SqlSession session, RunQuery query, List<RunFilter> lists)
    {
        var (total, grown) = (0L, new List<RunFilter>());
        foreach (var list in lists)
        {
            var count = await CountAsync(session, list);
            total += count.Total;
            grown.AddRange(count.Grown);
        }
        var places = Enumerable.Range(FirstProject, lists.Count).Select(static place => $"@{place}");
        var runs = await RowsAsync(
            session,
            Where(lists[0] with { ProjectKey = "" }, $"p.project_key in ({string.Join(", ", places)})"),
            [
                "", query.BuildName, query.ServiceName, query.Status, query.PageSize, (query.Page - 1L) * query.PageSize, null,
                .. lists.Select(static list => list.ProjectKey),
            ]);
        return new RunPage(total, runs) { Grown = grown };
    }

    private static async ValueTask<Counted> CountAsync(SqlSession session, RunFilter filter)
    {
        // What waits or runs is few, and changes too often to be counted ahead.
        var isAnchored = filter.Status.Length == 0 || Words.Status(filter.Status) >= RunStatus.Passed;
        var last = isAnchored ? await RunAnchorSql.LastAsync(session, filter) : null;
        var rest = await session.NumberAsync(
            $"select count(*) from runs p{Where(filter, last is null ? "" : "p.run_id > @5")}",
            filter.ProjectKey, filter.BuildName, filter.ServiceName, filter.Status, last?.RunId) ?? 0;
        return new Counted(
            (last?.Ordinal ?? 0) + rest, rest, isAnchored && rest >= RunAnchors.Many ? [filter] : []);
    }

    private static ValueTask<List<RunRecord>> RowsAsync(SqlSession session, string where, params object?[] arguments) =>
        session.QueryAsync(
            $"""
            select {RunSql.Columns}
            from (select p.run_id as page_id from runs p{where} order by p.run_id desc limit @5 offset @6) page
            join runs r on r.run_id = page_id
            join run_attempts a on a.run_id = r.run_id and a.attempt = r.attempt
            order by r.run_id desc
            """,
            RunSql.Map,
            arguments);

    // Only the conditions in use are in the text, so that each shape is planned with its own index.
    private static string Where(RunFilter filter, string more)
    {
        var conditions = new List<string>(5);
        Add("p.project_key = @1", filter.ProjectKey);
        Add("p.build_name = @2", filter.BuildName);
        Add("p.service_name = @3", filter.ServiceName);
        Add("p.status = @4", filter.Status);
        Add(more, more);
        return conditions.Count == 0 ? "" : " where " + string.Join(" and ", conditions);

        void Add(string condition, string value)
        {
            if (value.Length > 0)
            {
                conditions.Add(condition);
            }
        }
    }

    private sealed record Counted(long Total, long Rest, IReadOnlyList<RunFilter> Grown);
}
