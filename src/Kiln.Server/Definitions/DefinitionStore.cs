using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kiln.Server.Http;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Definitions;

/// <summary>Typed definitions of one kind over the document store; each catalogue slice has one.</summary>
/// <param name="documents">Where they are.</param>
/// <param name="kind">The slice's kind of document.</param>
/// <param name="json">JSON of the stored shape.</param>
public abstract class DefinitionStore<T>(DocumentStore documents, string kind, JsonTypeInfo<T> json)
    where T : class
{
    /// <summary>Stores a new definition; <c>null</c> when the name is taken in that project.</summary>
    public async Task<Stored<T>?> CreateAsync(Draft<T> draft, string by, CancellationToken cancellationToken) =>
        await documents.CreateAsync(
            kind, draft.ProjectKey, draft.Name, JsonSerializer.Serialize(draft.Value, json), by, cancellationToken)
            is CreateOutcome.Created created ? Map(created.Document) : null;

    /// <summary>Replaces a definition that has not changed since <paramref name="seen"/> was read.</summary>
    /// <returns>What is stored now, or <c>null</c> when someone else changed or deleted it meanwhile.</returns>
    public async Task<Stored<T>?> ReplaceAsync(Stored<T> seen, T value, string by, CancellationToken cancellationToken) =>
        await documents.UpdateAsync(
            kind, seen.ProjectKey, seen.Name, seen.Revision, _ => JsonSerializer.Serialize(value, json), by, cancellationToken)
            is UpdateOutcome.Updated updated ? Map(updated.Document) : null;

    /// <summary>Deletes a definition; false when it was not there.</summary>
    public async Task<bool> DeleteAsync(string projectKey, string name, string by, CancellationToken cancellationToken) =>
        await documents.DeleteAsync(kind, projectKey, name, expectedRevision: null, by, cancellationToken)
            is DeleteOutcome.Deleted;

    /// <summary>One definition, or <c>null</c>.</summary>
    public async Task<Stored<T>?> GetAsync(string projectKey, string name, CancellationToken cancellationToken) =>
        await documents.GetAsync(kind, projectKey, name, cancellationToken) is { } document ? Map(document) : null;

    /// <summary>A page in creation order.</summary>
    /// <param name="projectKey">Project; empty = the system's.</param>
    /// <param name="paging">Which page.</param>
    /// <param name="search">Part of the name; empty = all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Page<Stored<T>>> PageAsync(
        string projectKey, Paging paging, string search, CancellationToken cancellationToken)
    {
        var page = await documents.ListAsync(
            kind, projectKey, new DocumentQuery(paging.Page, paging.PageSize, Search: search), cancellationToken);
        return new(page.Total, [.. page.Items.Select(Map)]);
    }

    /// <summary>All of a project (empty = the system's) in creation order.</summary>
    public async Task<IReadOnlyList<Stored<T>>> AllAsync(string projectKey, CancellationToken cancellationToken) =>
        (await PageAsync(projectKey, new Paging(1, int.MaxValue), search: "", cancellationToken)).Items;

    private Stored<T> Map(Document document) => new(
        JsonSerializer.Deserialize(document.Json, json)
            ?? throw new InvalidDataException($"The stored {kind} '{document.Name}' is empty."),
        document.ProjectKey,
        document.Name,
        document.Id,
        document.Revision,
        document.CreatedBy,
        document.UpdatedBy,
        document.CreatedAt / 1000,
        document.UpdatedAt / 1000);
}
