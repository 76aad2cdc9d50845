using System.Text.Json.Nodes;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Definitions;

/// <summary>In which projects a command looks for definitions of a kind.</summary>
internal static class DefinitionScopes
{
    /// <summary>The places, empty standing for the system's.</summary>
    /// <param name="calls">The server.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="project">Project that is named; empty = none: everywhere.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Answer<IReadOnlyList<string>>> OfAsync(
        DefinitionCalls calls, DefinitionKind kind, string project, CancellationToken cancellationToken)
    {
        if (kind.Scope == DefinitionScope.System)
        {
            return new Answer<IReadOnlyList<string>>.Ok([""]);
        }
        if (project.Length > 0)
        {
            return new Answer<IReadOnlyList<string>>.Ok([project]);
        }
        var projects = await AllAsync(calls, DefinitionKinds.Project, "", cancellationToken);
        return projects.Map<IReadOnlyList<string>>(all =>
        [
            .. kind.Scope == DefinitionScope.Optional ? [""] : Array.Empty<string>(),
            .. all.Select(DefinitionKinds.Project.NameOf),
        ]);
    }

    /// <summary>Every definition of one place, from all pages.</summary>
    public static async Task<Answer<IReadOnlyList<JsonObject>>> AllAsync(
        DefinitionCalls calls, DefinitionKind kind, string project, CancellationToken cancellationToken)
    {
        var all = new List<JsonObject>();
        await foreach (var page in calls.PagesAsync(kind, project, cancellationToken))
        {
            if (page is not Answer<DefinitionPage>.Ok { Value.Items: var items })
            {
                return page.Map<IReadOnlyList<JsonObject>>(_ => all);
            }
            all.AddRange(items);
        }
        return new Answer<IReadOnlyList<JsonObject>>.Ok(all);
    }
}
