using System.Threading.Channels;

namespace Kiln.Server.Storage.Documents;

/// <summary>Reads documents of one snapshot; given by <see cref="DocumentStore.ReadAsync"/>, and of use inside it only.</summary>
public sealed class DocumentReads
{
    private readonly SqlSession _session;
    private readonly ChannelWriter<DocumentList> _grown;

    internal DocumentReads(SqlSession session, ChannelWriter<DocumentList> grown) => (_session, _grown) = (session, grown);

    /// <summary>One document, or <c>null</c>.</summary>
    public ValueTask<Document?> FindAsync(string kind, string projectKey, string name) =>
        DocumentSql.FindAsync(_session, kind, projectKey, name);

    /// <summary>A page of the documents of a kind in a project (empty = the system's).</summary>
    public async ValueTask<DocumentPage> ListAsync(string kind, string projectKey, DocumentQuery query)
    {
        var page = await DocumentListSql.ListAsync(_session, kind, projectKey, query);
        if (page.Grown is { } grown)
        {
            _grown.TryWrite(grown);
        }
        return page;
    }
}
