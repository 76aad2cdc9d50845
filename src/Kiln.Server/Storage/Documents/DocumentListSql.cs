namespace Kiln.Server.Storage.Documents;

/// <summary>
/// Lists of documents. Totals and pages in creation order and by name start from the nearest anchor, whatever the length of
/// the list; a search, a tag, and the order of changes are counted from the beginning.
/// </summary>
internal static class DocumentListSql
{
    /// <summary>Documents from one anchor to the next.</summary>
    public const int Step = 500;

    private const string InProject = " from documents d where d.kind = @1 and d.project_key = @2";

    private const string Named = @" and lower(d.name) like @3 escape '\'";

    private const string Tagged =
        " and exists (select 1 from document_tags t where t.document_id = d.id and t.tag = @4)";

    public static async ValueTask<DocumentPage> ListAsync(
        SqlSession session, string kind, string projectKey, DocumentQuery query)
    {
        var skipped = (query.Page - 1L) * query.PageSize;
        if (query.Search.Length > 0 || query.Tag.Length > 0)
        {
            // Only the conditions in use are in the text, so that each shape is planned with its own index.
            var search = query.Search.Length == 0 ? null : "%" + Escape(query.Search.ToLowerInvariant()) + "%";
            var from = InProject + (search is null ? "" : Named) + (query.Tag.Length == 0 ? "" : Tagged);
            var found = await session.NumberAsync("select count(*)" + from, kind, projectKey, search, query.Tag);
            return new DocumentPage(found ?? 0, await RowsAsync(
                session, from, Order(query.Sort), kind, projectKey, search, query.Tag, query.PageSize, skipped));
        }
        var list = new DocumentList(kind, projectKey);
        var (total, grown) = await CountAsync(session, list);
        var items = skipped >= total ? [] : await PageAsync(session, list, query, skipped, total);
        return new DocumentPage(total, items) { Grown = grown ? list : null };
    }

    /// <summary>Places of a list behind one, in one of its orders.</summary>
    public static ValueTask<List<DocumentAnchor>> PlacesBehindAsync(
        SqlSession session, DocumentList list, string sort, DocumentAnchor last, int limit) => sort == DocumentAnchorSql.Created
            ? session.QueryAsync(
                $"select d.id{InProject} and d.id > @3 order by d.id limit @4",
                static row => new DocumentAnchor(row.GetInt64(0), "", 0), list.Kind, list.ProjectKey, last.Id, limit)
            : session.QueryAsync(
                $"select d.name{InProject} and d.name > @3 order by d.name limit @4",
                static row => new DocumentAnchor(0, row.GetString(0), 0), list.Kind, list.ProjectKey, last.Name, limit);

    private static async ValueTask<(long Total, bool Grown)> CountAsync(SqlSession session, DocumentList list)
    {
        var last = await DocumentAnchorSql.LastAsync(session, list, DocumentAnchorSql.Created);
        var rest = last is null
            ? await session.NumberAsync($"select count(*){InProject}", list.Kind, list.ProjectKey)
            : await session.NumberAsync($"select count(*){InProject} and d.id > @3", list.Kind, list.ProjectKey, last.Id);
        return ((last?.Ordinal ?? 0) + (rest ?? 0), rest >= 2 * Step);
    }

    private static async ValueTask<List<Document>> PageAsync(
        SqlSession session, DocumentList list, DocumentQuery query, long skipped, long total)
    {
        if (query.Sort is DocumentSort.Updated or DocumentSort.UpdatedDescending)
        {
            return await RowsAsync(
                session, InProject, Order(query.Sort), list.Kind, list.ProjectKey, null, null, query.PageSize, skipped);
        }
        var isByName = query.Sort is DocumentSort.Name or DocumentSort.NameDescending;
        var sort = isByName ? DocumentAnchorSql.Named : DocumentAnchorSql.Created;
        var isDescending = query.Sort is DocumentSort.CreatedDescending or DocumentSort.NameDescending;
        // Upwards from the anchor below what comes first, downwards from the one at or above it.
        var anchor = isDescending
            ? await DocumentAnchorSql.AtOrAboveAsync(session, list, sort, total - skipped)
            : await DocumentAnchorSql.AtOrBelowAsync(session, list, sort, skipped);
        if (anchor is null)
        {
            return await RowsAsync(
                session, InProject, Order(query.Sort), list.Kind, list.ProjectKey, null, null, query.PageSize, skipped);
        }
        var column = isByName ? "d.name" : "d.id";
        return await RowsAsync(
            session,
            $"{InProject} and {column} {(isDescending ? "<=" : ">")} @3",
            Order(query.Sort),
            list.Kind, list.ProjectKey, isByName ? anchor.Name : anchor.Id, null, query.PageSize,
            isDescending ? anchor.Ordinal - (total - skipped) : skipped - anchor.Ordinal);
    }

    private static ValueTask<List<Document>> RowsAsync(
        SqlSession session, string from, string order, params object?[] arguments) => session.QueryAsync(
            $"select {DocumentSql.Columns}{from} order by {order} limit @5 offset @6", DocumentSql.Map, arguments);

    // Names are unique in a list: nothing else is needed to order them.
    private static string Order(DocumentSort sort) => sort switch
    {
        DocumentSort.Created => "d.id",
        DocumentSort.CreatedDescending => "d.id desc",
        DocumentSort.Name => "d.name",
        DocumentSort.NameDescending => "d.name desc",
        DocumentSort.Updated => "d.updated_at, d.id",
        DocumentSort.UpdatedDescending => "d.updated_at desc, d.id",
        _ => throw new ArgumentOutOfRangeException(nameof(sort), sort, message: null),
    };

    private static string Escape(string text) => text
        .Replace(@"\", @"\\", StringComparison.Ordinal)
        .Replace("%", @"\%", StringComparison.Ordinal)
        .Replace("_", @"\_", StringComparison.Ordinal);
}
