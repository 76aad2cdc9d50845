using System.Globalization;

namespace Kiln.Server.Storage.Documents;

/// <summary>The statements of <see cref="DocumentStore"/>.</summary>
internal static class DocumentSql
{
    /// <summary>What <see cref="Map"/> reads, of <c>documents d</c>.</summary>
    public const string Columns =
        "d.kind, d.project_key, d.name, d.id, d.revision, d.json, d.created_by, d.updated_by, d.created_at, d.updated_at";

    private const string Insert = """
        insert into documents (kind, project_key, name, id, revision, json, created_by, updated_by, created_at, updated_at)
        values (@1, @2, @3, @4, @5, @6, @7, @8, @9, @10)
        on conflict (kind, project_key, name) do nothing
        """;

    private const string Replace =
        "update documents set revision = @2, json = @3, updated_by = @4, updated_at = @5 where id = @1";

    private const string Record = """
        insert into document_revisions (document_id, revision, change, json, changed_by, changed_at)
        values (@1, @2, @3, @4, @5, @6)
        """;

    private const string Find =
        $"select {Columns} from documents d where d.kind = @1 and d.project_key = @2 and d.name = @3";

    private const string FindById = $"select {Columns} from documents d where d.id = @1 and d.kind = @2";

    private const string All = $"select {Columns} from documents d where d.project_key = @1 order by d.id";

    private const string Contents = " from documents d where d.project_key = @1";

    // A definition of the system is not used where a project has one of its own by that name.
    private const string Users = """
         from documents d where d.id in (select t.document_id from document_tags t where t.tag = @1 or t.tag = @2)
         and (d.project_key = @3 or (@3 = '' and not exists
           (select 1 from documents o where o.kind = @4 and o.project_key = d.project_key and o.name = @5)))
        """;

    private const string Revisions =
        "select revision, change, json, changed_by, changed_at from document_revisions where document_id = @1";

    private const string Shown = " order by d.id limit 10";

    public static async ValueTask<int> InsertAsync(SqlSession session, Document document)
    {
        var inserted = await session.ExecuteAsync(
            Insert,
            document.Kind, document.ProjectKey, document.Name, document.Id, document.Revision, document.Json,
            document.CreatedBy, document.UpdatedBy, document.CreatedAt, document.UpdatedAt);
        if (inserted > 0)
        {
            await DocumentAnchorSql.ChangedAsync(session, document, by: 1);
        }
        return inserted;
    }

    public static ValueTask<int> ReplaceAsync(SqlSession session, Document document) => session.ExecuteAsync(
        Replace, document.Id, document.Revision, document.Json, document.UpdatedBy, document.UpdatedAt);

    public static async ValueTask DeleteAsync(SqlSession session, Document document)
    {
        await session.ExecuteAsync("delete from documents where id = @1", document.Id);
        await DocumentAnchorSql.ChangedAsync(session, document, by: -1);
    }

    public static ValueTask<int> RecordAsync(SqlSession session, Document document, string change) => session.ExecuteAsync(
        Record, document.Id, document.Revision, change, document.Json, document.UpdatedBy, document.UpdatedAt);

    public static ValueTask<int> UntagAsync(SqlSession session, long id) =>
        session.ExecuteAsync("delete from document_tags where document_id = @1", id);

    public static async ValueTask TagAsync(SqlSession session, long id, IReadOnlyCollection<string> tags)
    {
        foreach (var tag in tags)
        {
            await session.ExecuteAsync(
                "insert into document_tags (document_id, tag) values (@1, @2) on conflict do nothing", id, tag);
        }
    }

    public static ValueTask<Document?> FindAsync(SqlSession session, string kind, string projectKey, string name) =>
        session.FindAsync(Find, Map, kind, projectKey, name);

    /// <summary>Which state of a document there is; <c>null</c> = none.</summary>
    public static ValueTask<DocumentVersion?> VersionAsync(SqlSession session, string kind, string projectKey, string name) =>
        session.FindAsync(
            "select id, revision from documents where kind = @1 and project_key = @2 and name = @3",
            static row => new DocumentVersion(row.GetInt64(0), row.GetInt32(1)),
            kind, projectKey, name);

    public static ValueTask<Document?> FindAsync(SqlSession session, string kind, long id) =>
        session.FindAsync(FindById, Map, id, kind);

    /// <summary>Every document of a project.</summary>
    public static ValueTask<List<Document>> AllAsync(SqlSession session, string projectKey) =>
        session.QueryAsync(All, Map, projectKey);

    /// <summary>The documents of a project, the first of them by name.</summary>
    public static async ValueTask<DocumentUsers> ContentsAsync(SqlSession session, string projectKey) => new(
        await session.NumberAsync("select count(*)" + Contents, projectKey) ?? 0,
        await session.QueryAsync("select d.kind, d.project_key, d.name" + Contents + Shown, MapName, projectKey));

    /// <summary>The documents that refer to one, the first of them by name.</summary>
    public static async ValueTask<DocumentUsers> UsersAsync(SqlSession session, Document used)
    {
        var byName = DocumentReference.To(used.Kind, used.Name);
        var byId = DocumentReference.To(used.Kind, used.Id.ToString(CultureInfo.InvariantCulture));
        return new(
            await session.NumberAsync("select count(*)" + Users, byName, byId, used.ProjectKey, used.Kind, used.Name) ?? 0,
            await session.QueryAsync(
                "select d.kind, d.project_key, d.name" + Users + Shown, MapName,
                byName, byId, used.ProjectKey, used.Kind, used.Name));
    }

    /// <summary>Every document that refers to one.</summary>
    public static ValueTask<List<DocumentName>> AllUsersAsync(SqlSession session, Document used) => session.QueryAsync(
        "select d.kind, d.project_key, d.name" + Users + " order by d.id",
        MapName,
        DocumentReference.To(used.Kind, used.Name),
        DocumentReference.To(used.Kind, used.Id.ToString(CultureInfo.InvariantCulture)),
        used.ProjectKey,
        used.Kind,
        used.Name);

    /// <summary>A page of a document's revisions, newest first.</summary>
    public static async ValueTask<DocumentRevisions> RevisionsAsync(SqlSession session, long id, int page, int pageSize) => new(
        await session.NumberAsync("select count(*) from document_revisions where document_id = @1", id) ?? 0,
        await session.QueryAsync(
            $"{Revisions} order by revision desc limit @2 offset @3", MapRevision, id, pageSize, (page - 1L) * pageSize));

    public static ValueTask<DocumentRevision?> RevisionAsync(SqlSession session, long id, int revision) =>
        session.FindAsync($"{Revisions} and revision = @2", MapRevision, id, revision);

    private static DocumentRevision MapRevision(SqlRow row) =>
        new(row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt64(4));

    private static DocumentName MapName(SqlRow row) => new(row.GetString(0), row.GetString(1), row.GetString(2));

    public static Document Map(SqlRow row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetInt32(4), row.GetString(5),
        row.GetString(6), row.GetString(7), row.GetInt64(8), row.GetInt64(9));
}
