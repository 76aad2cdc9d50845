using Kiln.Server.Storage;

namespace Kiln.Server.Runs;

/// <summary>Lists of runs.</summary>
internal static class RunListSql
{
    private const int FirstProject = 7;

    /// <summary>
    /// Pages are cut from the index alone; only the rows of the page are read and their JSON parsed.
    /// </summary>
    public static async ValueTask<RunPage> ListAsync(SqlSession session, RunQuery query)
    {
        var where = Where(query);
        var total = await session.NumberAsync(
            $"select count(*) from runs p{where}", Arguments(query));
        var runs = await session.QueryAsync(
            $"""
            select {RunSql.Columns}
            from (select p.run_id as page_id from runs p{where} order by p.run_id desc limit @5 offset @6) page
            join runs r on r.run_id = page_id
            join run_attempts a on a.run_id = r.run_id and a.attempt = r.attempt
            order by r.run_id desc
            """,
            RunSql.Map,
            Arguments(query));
        return new RunPage(total ?? 0, runs);
    }

    private static object?[] Arguments(RunQuery query) =>
    [
        query.ProjectKey, query.BuildName, query.ServiceName, query.Status,
        query.PageSize, (query.Page - 1L) * query.PageSize,
        .. query.Projects ?? [],
    ];

    // Only the conditions in use are in the text, so that each shape is planned with its own index.
    private static string Where(RunQuery query)
    {
        var conditions = new List<string>(5);
        Add("p.project_key = @1", query.ProjectKey);
        Add("p.build_name = @2", query.BuildName);
        Add("p.service_name = @3", query.ServiceName);
        Add("p.status = @4", query.Status);
        if (query.Projects is { } projects)
        {
            var places = Enumerable.Range(FirstProject, projects.Count).Select(place => $"@{place}");
            conditions.Add(projects.Count == 0 ? "1 = 0" : $"p.project_key in ({string.Join(", ", places)})");
        }
        return conditions.Count == 0 ? "" : " where " + string.Join(" and ", conditions);

        void Add(string condition, string value)
        {
            if (value.Length > 0)
            {
                conditions.Add(condition);
            }
        }
    }
}
