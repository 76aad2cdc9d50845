using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kiln.Server.Storage;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Definitions;

/// <summary>Typed definitions of one kind over the document store; each catalogue slice has one.</summary>
/// <param name="documents">Where they are.</param>
/// <param name="kind">The slice's kind of document.</param>
/// <param name="json">JSON of the stored shape.</param>
public abstract class DefinitionStore<T>(DocumentStore documents, string kind, JsonTypeInfo<T> json)
    where T : class
{
    private readonly ParsedTexts<T> _parsed = new(stored => JsonSerializer.Deserialize(stored, json)
        ?? throw new InvalidDataException($"A stored {kind} is empty."));

    /// <summary>Where they are.</summary>
    protected DocumentStore Documents => documents;

    /// <summary>The kind of its documents.</summary>
    public string Kind => kind;

    /// <summary>JSON of the stored shape.</summary>
    public JsonTypeInfo<T> Json => json;

    /// <summary>Stores a new definition; <c>null</c> when the name is taken in that project.</summary>
    public async Task<Stored<T>?> CreateAsync(string projectKey, Draft<T> draft, string by, CancellationToken cancellationToken) =>
        await documents.CreateAsync(kind, projectKey, draft.Name, Content(draft.Value), by, cancellationToken)
            is CreateOutcome.Created created ? Map(created.Document) : null;

    /// <summary>Replaces a definition that has not changed since <paramref name="seen"/> was read.</summary>
    /// <returns>What is stored now, or <c>null</c> when someone else changed or deleted it meanwhile.</returns>
    public async Task<Stored<T>?> ReplaceAsync(Stored<T> seen, T value, string by, CancellationToken cancellationToken) =>
        await documents.UpdateAsync(
            kind, seen.ProjectKey, seen.Name, seen.Revision, _ => Content(value), by, cancellationToken)
            is UpdateOutcome.Updated updated ? Map(updated.Document) : null;

    /// <summary>Deletes a definition that nothing refers to.</summary>
    /// <param name="expectedRevision"><c>null</c> = whatever it is.</param>
    public Task<DeleteOutcome> DeleteAsync(
        string projectKey, string name, int? expectedRevision, string by, CancellationToken cancellationToken) =>
        documents.DeleteAsync(kind, projectKey, name, expectedRevision, by, cancellationToken);

    /// <summary>One definition, or <c>null</c>.</summary>
    public async Task<Stored<T>?> GetAsync(string projectKey, string name, CancellationToken cancellationToken) =>
        await documents.GetAsync(kind, projectKey, name, cancellationToken) is { } document ? Map(document) : null;

    /// <summary>One definition by its id, or <c>null</c>.</summary>
    public async Task<Stored<T>?> GetAsync(long id, CancellationToken cancellationToken) =>
        await documents.GetAsync(kind, id, cancellationToken) is { } document ? Map(document) : null;

    /// <summary>A page of a project (empty = the system's).</summary>
    public async Task<Page<Stored<T>>> PageAsync(string projectKey, DocumentQuery query, CancellationToken cancellationToken)
    {
        var page = await documents.ListAsync(kind, projectKey, query, cancellationToken);
        return new(page.Total, [.. page.Items.Select(Map)]);
    }

    /// <summary>All of a project (empty = the system's) in creation order.</summary>
    public async Task<IReadOnlyList<Stored<T>>> AllAsync(string projectKey, CancellationToken cancellationToken) =>
        (await PageAsync(projectKey, new DocumentQuery(1, int.MaxValue), cancellationToken)).Items;

    /// <summary>One definition in a snapshot, or <c>null</c>.</summary>
    public async ValueTask<Stored<T>?> FindAsync(DocumentReads reads, string projectKey, string name) =>
        await reads.FindAsync(kind, projectKey, name) is { } document ? Map(document) : null;

    /// <summary>All of a project (empty = the system's) in a snapshot, in creation order.</summary>
    public async ValueTask<IReadOnlyList<Stored<T>>> AllAsync(DocumentReads reads, string projectKey) =>
        [.. (await reads.ListAsync(kind, projectKey, new DocumentQuery(1, int.MaxValue))).Items.Select(Map)];

    /// <summary>Those of a project in a snapshot that have one of these names; <c>null</c> = all of them.</summary>
    public async ValueTask<IReadOnlyList<Stored<T>>> NamedAsync(
        DocumentReads reads, string projectKey, IReadOnlyCollection<string>? names)
    {
        if (names is null)
        {
            return await AllAsync(reads, projectKey);
        }
        var found = new List<Stored<T>>(names.Count);
        foreach (var name in names)
        {
            if (await FindAsync(reads, projectKey, name) is { } stored)
            {
                found.Add(stored);
            }
        }
        return found;
    }

    /// <summary>A page of those that <paramref name="shows"/> lets pass.</summary>
    public async Task<Page<Stored<T>>> PageAsync(
        string projectKey, DocumentQuery query, Func<T, bool> shows, CancellationToken cancellationToken)
    {
        var all = await PageAsync(projectKey, query with { Page = 1, PageSize = int.MaxValue }, cancellationToken);
        var shown = all.Items.Where(stored => shows(stored.Value)).ToList();
        return new(shown.Count, [.. shown.Skip((int)Math.Min(int.MaxValue, (query.Page - 1L) * query.PageSize)).Take(query.PageSize)]);
    }

    /// <summary>Makes <paramref name="kept"/> the only one of the system's that <paramref name="has"/> something.</summary>
    public async Task KeepOneAsync(
        Stored<T> kept, Func<T, bool> has, Func<T, T> without, string by, CancellationToken cancellationToken)
    {
        foreach (var other in await AllAsync("", cancellationToken))
        {
            if (other.Id != kept.Id && has(other.Value))
            {
                await ReplaceAsync(other, without(other.Value), by, cancellationToken);
            }
        }
    }

    /// <summary>What a stored document says.</summary>
    public T Parse(string stored) => _parsed.Of(stored);

    /// <summary>References to what a definition needs, see <see cref="DocumentReference"/>: it cannot be deleted meanwhile.</summary>
    protected virtual IEnumerable<string> References(T value) => [];

    private DocumentContent Content(T value) =>
        new(JsonSerializer.Serialize(value, json), [.. References(value).Distinct(StringComparer.Ordinal)]);

    private Stored<T> Map(Document document) => new(
        Parse(document.Json),
        document.ProjectKey,
        document.Name,
        document.Id,
        document.Revision,
        document.CreatedBy,
        document.UpdatedBy,
        document.CreatedAt / 1000,
        document.UpdatedAt / 1000);
}
