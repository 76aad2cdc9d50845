using System.Text.Json;
using Kiln.Contracts.Builds;
using Kiln.Server.Identity;
using Kiln.Server.Planning;
using Kiln.Server.Storage;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Builds;

/// <summary>Builds over the document store. Credentials are sealed on the way in and opened on the way out.</summary>
public sealed class BuildStore(DocumentStore documents, SecretVault vault)
{
    public const string Kind = "build";

    private static readonly ParsedTexts<BuildDefinition> Parsed = new(static stored =>
        JsonSerializer.Deserialize(stored, BuildJson.Readable.BuildDefinition)
        ?? throw new InvalidDataException("A stored build is empty."));

    /// <summary>Stores a new build; <c>null</c> when the project has one of that name. Of two at once one wins.</summary>
    public async Task<StoredBuild?> CreateAsync(BuildDefinition build, string by, CancellationToken cancellationToken)
    {
        var (name, project) = build.Identity();
        return await documents.CreateAsync(Kind, project, name, Content(build), by, cancellationToken)
            is CreateOutcome.Created created ? Stored(created.Document, build) : null;
    }

    /// <summary>Replaces what <paramref name="seen"/> was; <c>null</c> when someone else changed it meanwhile.</summary>
    public async Task<StoredBuild?> ReplaceAsync(
        StoredBuild seen, BuildDefinition build, string by, CancellationToken cancellationToken)
    {
        var (name, project) = build.Identity();
        var content = Content(build);
        return await documents.UpdateAsync(Kind, project, name, seen.Revision, _ => content, by, cancellationToken)
            is UpdateOutcome.Updated updated ? Stored(updated.Document, build) : null;
    }

    /// <summary>Deletes a build.</summary>
    /// <param name="expectedRevision"><c>null</c> = whatever it is.</param>
    public Task<DeleteOutcome> DeleteAsync(
        string projectKey, string name, int? expectedRevision, string by, CancellationToken cancellationToken) =>
        documents.DeleteAsync(Kind, projectKey, name, expectedRevision, by, cancellationToken);

    /// <summary>One build, or <c>null</c>.</summary>
    public async Task<StoredBuild?> GetAsync(string projectKey, string name, CancellationToken cancellationToken) =>
        await documents.GetAsync(Kind, projectKey, name, cancellationToken) is { } document
            ? Stored(document, Open(document.Json))
            : null;

    /// <summary>One build of a snapshot as callers may see it, or <c>null</c>.</summary>
    public async ValueTask<ShownBuild?> FindShownAsync(DocumentReads reads, string projectKey, string name) =>
        await reads.FindAsync(Kind, projectKey, name) is { } document
            ? new ShownBuild(Credentials.Masked(Parse(document.Json)), document.Id, document.Revision, document.UpdatedBy, document.UpdatedAt / 1000)
            : null;

    /// <summary>A page of a project's builds.</summary>
    public async Task<BuildList> ListAsync(string projectKey, DocumentQuery query, CancellationToken cancellationToken)
    {
        var page = await documents.ListAsync(Kind, projectKey, query, cancellationToken);
        return new BuildList(page.Total, [.. page.Items.Select(Item)]);
    }

    /// <summary>Names of a project's builds, for suggestions; the first thousand.</summary>
    public Task<IReadOnlyList<string>> NamesAsync(string projectKey, CancellationToken cancellationToken) =>
        documents.ReadAsync(reads => NamesAsync(reads, projectKey), cancellationToken);

    /// <summary>As above, of a snapshot.</summary>
    public async ValueTask<IReadOnlyList<string>> NamesAsync(DocumentReads reads, string projectKey) =>
        [.. (await reads.ListAsync(Kind, projectKey, new DocumentQuery(1, 1000))).Items.Select(document => document.Name)];

    /// <summary>A stored state, credentials in clear.</summary>
    public BuildDefinition Open(string stored) => Credentials.Map(Parse(stored), vault.Unseal);

    /// <summary>A stored state, credentials sealed.</summary>
    public static BuildDefinition Parse(string stored) => Parsed.Of(stored);

    private DocumentContent Content(BuildDefinition build)
    {
        return new DocumentContent(
            JsonSerializer.Serialize(Credentials.Map(build, vault.Seal), BuildJson.Readable.BuildDefinition),
            [.. BuildReferences.Of(build).Distinct(StringComparer.Ordinal)]);
    }

    private static BuildListItem Item(Document document) => new(
        document.Name, document.ProjectKey, "zadig", document.UpdatedBy, document.UpdatedAt / 1000, Parse(document.Json).Services());

    private static StoredBuild Stored(Document document, BuildDefinition build) =>
        new(build, document.Id, document.Revision, document.UpdatedBy, document.UpdatedAt / 1000);
}
