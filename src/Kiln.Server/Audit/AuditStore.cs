using Kiln.Server.Storage;

namespace Kiln.Server.Audit;

/// <summary>The record of changes and refused attempts. Nothing here changes or removes a row.</summary>
internal sealed class AuditStore(Database database)
{
    private const string Append = """
        insert into audit (id, at, actor, remote, method, path, project_key, status, outcome)
        values (@1, @2, @3, @4, @5, @6, @7, @8, @9)
        """;

    /// <summary>Adds a record; its id is given here.</summary>
    public async Task AppendAsync(AuditRecord record, CancellationToken cancellationToken)
    {
        var id = await database.AllocateAsync("audit", "id", cancellationToken);
        await database.WriteAsync(
            session => session.ExecuteAsync(
                Append, id, record.Time * 1000, record.Actor, record.Remote, record.Method, record.Path, record.ProjectKey,
                record.Status, record.Outcome),
            cancellationToken);
    }

    /// <summary>A page, newest first.</summary>
    public Task<AuditList> ListAsync(AuditQuery query, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async session =>
            {
                var where = Where(query);
                object?[] arguments =
                [
                    query.Actor, query.ProjectKey, query.From * 1000, (query.To * 1000) + 999,
                    query.Paging.PageSize, (query.Paging.Page - 1L) * query.Paging.PageSize,
                ];
                var total = await session.NumberAsync("select count(*) from audit" + where, arguments);
                var records = await session.QueryAsync(
                    "select id, at, actor, remote, method, path, project_key, status, outcome from audit"
                    + where + " order by id desc limit @5 offset @6",
                    Map,
                    arguments);
                return new AuditList(total ?? 0, records);
            },
            cancellationToken);

    // Only the conditions in use are in the text, so that each shape is planned with its own index.
    private static string Where(AuditQuery query) =>
        " where at between @3 and @4"
        + (query.Actor.Length > 0 ? " and actor = @1" : "")
        + (query.ProjectKey.Length > 0 ? " and project_key = @2" : "")
        + query.Outcome switch
        {
            "done" => " and status < 400",
            "refused" => " and status >= 400",
            _ => "",
        };

    private static AuditRecord Map(SqlRow row) => new(
        row.GetInt64(0), row.GetInt64(1) / 1000, row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5),
        row.GetString(6), row.GetInt32(7), row.GetString(8));
}
