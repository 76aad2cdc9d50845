
namespace Kiln.Server.Storage.Documents;

/// <summary>The documents of a kind in a project.</summary>
internal sealed record DocumentList(string Kind, string ProjectKey);

/// <summary>So many documents of a list lie at or below this place.</summary>
/// <param name="Id">The place in creation order; 0 in the order of names.</param>
/// <param name="Name">The place in the order of names; empty in creation order.</param>
/// <param name="Ordinal">How many.</param>
internal sealed record DocumentAnchor(long Id, string Name, long Ordinal);

/// <summary>
/// Statements about anchors. An anchor is exact at every commit: what adds or removes a document counts those above it anew.
/// </summary>
internal static class DocumentAnchorSql
{
    /// <summary>The two orders that have anchors.</summary>
    public const string Created = "created";
    public const string Named = "name";

    private const string Of = "select id, name, ordinal from document_anchors where kind = @1 and project_key = @2 and sort = @3";

    private const string Count = """
        update document_anchors set ordinal = ordinal + @5
        where kind = @1 and project_key = @2 and ((sort = 'created' and id >= @3) or (sort = 'name' and name >= @4))
        """;

    private const string Insert = """
        insert into document_anchors (kind, project_key, sort, id, name, ordinal) values (@1, @2, @3, @4, @5, @6)
        on conflict do nothing
        """;

    /// <summary>A document has come (1) or gone (-1).</summary>
    public static ValueTask<int> ChangedAsync(SqlSession session, Document document, int by) =>
        session.ExecuteAsync(Count, document.Kind, document.ProjectKey, document.Id, document.Name, by);

    /// <summary>Everything of a project is about to go.</summary>
    public static ValueTask<int> ForgetAsync(SqlSession session, string projectKey) =>
        session.ExecuteAsync("delete from document_anchors where project_key = @1", projectKey);

    /// <summary>The highest anchor.</summary>
    public static ValueTask<DocumentAnchor?> LastAsync(SqlSession session, DocumentList list, string sort) =>
        session.FindAsync(Of + " order by ordinal desc limit 1", Map, list.Kind, list.ProjectKey, sort);

    /// <summary>The highest anchor with at most so many documents.</summary>
    public static ValueTask<DocumentAnchor?> AtOrBelowAsync(SqlSession session, DocumentList list, string sort, long ordinal) =>
        session.FindAsync(
            Of + " and ordinal <= @4 order by ordinal desc limit 1", Map, list.Kind, list.ProjectKey, sort, ordinal);

    /// <summary>The lowest anchor with at least so many documents.</summary>
    public static ValueTask<DocumentAnchor?> AtOrAboveAsync(SqlSession session, DocumentList list, string sort, long ordinal) =>
        session.FindAsync(Of + " and ordinal >= @4 order by ordinal limit 1", Map, list.Kind, list.ProjectKey, sort, ordinal);

    public static ValueTask<int> InsertAsync(SqlSession session, DocumentList list, string sort, DocumentAnchor anchor) =>
        session.ExecuteAsync(Insert, list.Kind, list.ProjectKey, sort, anchor.Id, anchor.Name, anchor.Ordinal);

    private static DocumentAnchor Map(SqlRow row) => new(row.GetInt64(0), row.GetString(1), row.GetInt64(2));
}
