using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Definitions;

/// <summary>The keys of all projects, for slices whose definitions belong to one.</summary>
public sealed class KnownProjects(DocumentStore documents)
{
    /// <summary>Kind of a project's document.</summary>
    public const string Kind = "project";

    /// <summary>All keys, now.</summary>
    public async Task<IReadOnlyList<string>> KeysAsync(CancellationToken cancellationToken)
    {
        var all = await documents.ListAsync(Kind, "", new DocumentQuery(1, int.MaxValue), cancellationToken);
        return [.. all.Items.Select(project => project.Name)];
    }
}
