using System.Threading.Channels;

namespace Kiln.Server.Storage.Documents;

/// <summary>
/// Definitions of all catalogue slices. Every change also writes a revision in the same transaction; calls at once on one
/// name are decided one after the other.
/// </summary>
public sealed class DocumentStore(Database database, TimeProvider time)
{
    private readonly Channel<DocumentList> _grown = Channel.CreateBounded<DocumentList>(
        new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Lists that were read and have grown so much that it is worth counting them ahead.</summary>
    internal ChannelReader<DocumentList> Grown => _grown.Reader;

    /// <summary>Stores a new document.</summary>
    public async Task<CreateOutcome> CreateAsync(
        string kind, string projectKey, string name, DocumentContent content, string by, CancellationToken cancellationToken)
    {
        var id = await database.AllocateAsync("document_revisions", "document_id", cancellationToken);
        var now = Now();
        var document = new Document(kind, projectKey, name, id, Revision: 1, content.Json, by, by, now, now);
        return await database.WriteAsync<CreateOutcome>(
            async session =>
            {
                if (await DocumentSql.InsertAsync(session, document) == 0)
                {
                    return new CreateOutcome.NameTaken();
                }
                await DocumentSql.TagAsync(session, id, content.Tags);
                await DocumentSql.RecordAsync(session, document, change: "created");
                return new CreateOutcome.Created(document);
            },
            cancellationToken);
    }

    /// <summary>
    /// Changes a document. <paramref name="change"/> sees the stored state and decides inside the transaction; it is pure and
    /// quick, and an exception from it leaves everything as it was.
    /// </summary>
    /// <param name="expectedRevision">Another revision is <see cref="UpdateOutcome.Stale"/>; <c>null</c> = whatever it is.</param>
    public Task<UpdateOutcome> UpdateAsync(
        string kind,
        string projectKey,
        string name,
        int? expectedRevision,
        Func<Document, DocumentContent> change,
        string by,
        CancellationToken cancellationToken) =>
        database.WriteAsync<UpdateOutcome>(
            async session =>
            {
                if (await DocumentSql.FindAsync(session, kind, projectKey, name) is not { } current)
                {
                    return new UpdateOutcome.Missing();
                }
                if (expectedRevision is { } expected && expected != current.Revision)
                {
                    return new UpdateOutcome.Stale(current);
                }
                var content = change(current);
                var next = current with
                {
                    Json = content.Json, Revision = current.Revision + 1, UpdatedBy = by, UpdatedAt = Now(),
                };
                await DocumentSql.ReplaceAsync(session, next);
                await DocumentSql.UntagAsync(session, next.Id);
                await DocumentSql.TagAsync(session, next.Id, content.Tags);
                await DocumentSql.RecordAsync(session, next, change: "updated");
                return new UpdateOutcome.Updated(next);
            },
            cancellationToken);

    /// <summary>Deletes a document that no other refers to; its name is free again, its revisions stay.</summary>
    public Task<DeleteOutcome> DeleteAsync(
        string kind, string projectKey, string name, int? expectedRevision, string by, CancellationToken cancellationToken) =>
        database.WriteAsync<DeleteOutcome>(
            async session =>
            {
                if (await DocumentSql.FindAsync(session, kind, projectKey, name) is not { } current)
                {
                    return new DeleteOutcome.Missing();
                }
                if (expectedRevision is { } expected && expected != current.Revision)
                {
                    return new DeleteOutcome.Stale(current);
                }
                // In the same transaction: whoever begins to refer to it now is seen here, or finds it gone.
                if (await DocumentSql.UsersAsync(session, current) is { Total: > 0 } users)
                {
                    return new DeleteOutcome.InUse(users);
                }
                await RemoveAsync(session, current, by);
                return new DeleteOutcome.Deleted(current);
            },
            cancellationToken);

    /// <summary>
    /// Deletes a document together with every document of the project <paramref name="contents"/>. Refused when there are
    /// such and <paramref name="withContents"/> is false, and when others refer to it in any case.
    /// </summary>
    public Task<DeleteOutcome> DeleteTreeAsync(
        string kind, string name, int? expectedRevision, string contents, bool withContents, string by,
        CancellationToken cancellationToken) =>
        database.WriteAsync<DeleteOutcome>(
            async session =>
            {
                if (await DocumentSql.FindAsync(session, kind, "", name) is not { } current)
                {
                    return new DeleteOutcome.Missing();
                }
                if (expectedRevision is { } expected && expected != current.Revision)
                {
                    return new DeleteOutcome.Stale(current);
                }
                var users = await DocumentSql.UsersAsync(session, current);
                if (users.Total == 0 && !withContents)
                {
                    users = await DocumentSql.ContentsAsync(session, contents);
                }
                if (users.Total > 0)
                {
                    return new DeleteOutcome.InUse(users);
                }
                await DocumentAnchorSql.ForgetAsync(session, contents);
                foreach (var document in await DocumentSql.AllAsync(session, contents))
                {
                    await RemoveAsync(session, document, by);
                }
                await RemoveAsync(session, current, by);
                return new DeleteOutcome.Deleted(current);
            },
            cancellationToken);

    /// <summary>Every document that refers to one.</summary>
    public Task<List<DocumentName>> UsersAsync(Document used, CancellationToken cancellationToken) =>
        database.ReadAsync(session => DocumentSql.AllUsersAsync(session, used), cancellationToken);

    /// <summary>One document, or <c>null</c>.</summary>
    public Task<Document?> GetAsync(string kind, string projectKey, string name, CancellationToken cancellationToken) =>
        ReadAsync(reads => reads.FindAsync(kind, projectKey, name), cancellationToken);

    /// <summary>Reads what belongs together in one snapshot, at the price of one.</summary>
    /// <param name="read">Awaits nothing but the reads it is given.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    public Task<T> ReadAsync<T>(Func<DocumentReads, ValueTask<T>> read, CancellationToken cancellationToken) =>
        database.ReadAsync(session => read(new DocumentReads(session, _grown.Writer)), cancellationToken);

    /// <summary>One document by its id, or <c>null</c>.</summary>
    public Task<Document?> GetAsync(string kind, long id, CancellationToken cancellationToken) =>
        database.ReadAsync(session => DocumentSql.FindAsync(session, kind, id), cancellationToken);

    /// <summary>A page of the documents of a kind in a project (empty = the system's).</summary>
    public Task<DocumentPage> ListAsync(
        string kind, string projectKey, DocumentQuery query, CancellationToken cancellationToken) =>
        ReadAsync(reads => reads.ListAsync(kind, projectKey, query), cancellationToken);

    /// <summary>A page of the states that a document had, newest first.</summary>
    public Task<DocumentRevisions> RevisionsAsync(long id, int page, int pageSize, CancellationToken cancellationToken) =>
        database.ReadAsync(session => DocumentSql.RevisionsAsync(session, id, page, pageSize), cancellationToken);

    /// <summary>One state of a document, or <c>null</c>.</summary>
    public Task<DocumentRevision?> RevisionAsync(long id, int revision, CancellationToken cancellationToken) =>
        database.ReadAsync(session => DocumentSql.RevisionAsync(session, id, revision), cancellationToken);

    private async ValueTask RemoveAsync(SqlSession session, Document document, string by)
    {
        var last = document with { Revision = document.Revision + 1, UpdatedBy = by, UpdatedAt = Now() };
        await DocumentSql.UntagAsync(session, last.Id);
        await DocumentSql.DeleteAsync(session, last);
        await DocumentSql.RecordAsync(session, last, change: "deleted");
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
