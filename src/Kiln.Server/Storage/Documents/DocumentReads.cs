using System.Threading.Channels;

namespace Kiln.Server.Storage.Documents;

/// <summary>Reads documents of one snapshot; given by <see cref="DocumentStore.ReadAsync"/>, and of use inside it only.</summary>
public sealed class DocumentReads
{
    private readonly SqlSession _session;
    private readonly ChannelWriter<DocumentList> _grown;
    private List<SeenDocument>? _seen;

    internal DocumentReads(SqlSession session, ChannelWriter<DocumentList> grown) => (_session, _grown) = (session, grown);

    /// <summary>True when a list was read, which no <see cref="SeenDocument"/> tells of.</summary>
    internal bool HasListed { get; private set; }

    /// <summary>One document, or <c>null</c>.</summary>
    public async ValueTask<Document?> FindAsync(string kind, string projectKey, string name)
    {
        var document = await DocumentSql.FindAsync(_session, kind, projectKey, name);
        _seen?.Add(new SeenDocument(
            kind, projectKey, name, document is null ? null : new DocumentVersion(document.Id, document.Revision)));
        return document;
    }

    /// <summary>A page of the documents of a kind in a project (empty = the system's).</summary>
    public async ValueTask<DocumentPage> ListAsync(string kind, string projectKey, DocumentQuery query)
    {
        HasListed = true;
        var page = await DocumentListSql.ListAsync(_session, kind, projectKey, query);
        if (page.Grown is { } grown)
        {
            _grown.TryWrite(grown);
        }
        return page;
    }

    /// <summary>Notes from now on what is looked for, and what there was.</summary>
    internal IReadOnlyList<SeenDocument> Record() => _seen = [];

    /// <summary>True when looking for each of them again finds what there was.</summary>
    internal async ValueTask<bool> AreStillAsync(IReadOnlyList<SeenDocument> seen)
    {
        foreach (var document in seen)
        {
            if (await DocumentSql.VersionAsync(_session, document.Kind, document.ProjectKey, document.Name) != document.Version)
            {
                return false;
            }
        }
        return true;
    }
}

/// <summary>A document that was looked for.</summary>
/// <param name="Version">What there was; <c>null</c> = nothing.</param>
internal sealed record SeenDocument(string Kind, string ProjectKey, string Name, DocumentVersion? Version);

/// <summary>One state of a document: ids are never used again, and every change is a revision.</summary>
internal sealed record DocumentVersion(long Id, int Revision);
