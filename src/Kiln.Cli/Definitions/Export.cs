using System.Text.Json.Nodes;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Definitions;

/// <summary>Definitions as documents that <c>kiln apply</c> takes, each behind what it refers to.</summary>
/// <param name="calls">The server.</param>
/// <param name="project">Only what belongs to this project, and the project; empty = everything.</param>
internal sealed class Export(DefinitionCalls calls, string project)
{
    private readonly List<JsonObject> _documents = [];

    /// <summary>Every kind but tokens, whose secrets the server does not have.</summary>
    public async Task<Answer<IReadOnlyList<JsonObject>>> AllAsync(CancellationToken cancellationToken)
    {
        foreach (var kind in DefinitionKinds.All.Where(kind => kind != DefinitionKinds.Token))
        {
            var only = kind == DefinitionKinds.Project && project.Length > 0 ? project : null;
            if (project.Length > 0 && kind.Scope == DefinitionScope.System && only is null)
            {
                continue;
            }
            if (await OfAsync(kind, only, cancellationToken) is not Answer<IReadOnlyList<JsonObject>>.Ok and var failed)
            {
                return failed;
            }
        }
        return new Answer<IReadOnlyList<JsonObject>>.Ok(_documents);
    }

    /// <summary>One kind, or one definition of it.</summary>
    public async Task<Answer<IReadOnlyList<JsonObject>>> OfAsync(
        DefinitionKind kind, string? name, CancellationToken cancellationToken)
    {
        var scopes = await DefinitionScopes.OfAsync(calls, kind, project, cancellationToken);
        if (scopes is not Answer<IReadOnlyList<string>>.Ok { Value: var places })
        {
            return scopes.Map<IReadOnlyList<JsonObject>>(_ => []);
        }
        if (name is not null)
        {
            return await AddAsync(kind, places[0], name, cancellationToken) ?? new Answer<IReadOnlyList<JsonObject>>.Ok(_documents);
        }
        foreach (var place in places)
        {
            var listed = await DefinitionScopes.AllAsync(calls, kind, place, cancellationToken);
            if (listed is not Answer<IReadOnlyList<JsonObject>>.Ok { Value: var items })
            {
                return listed;
            }
            foreach (var item in items)
            {
                if (await AddAsync(kind, place, kind.NameOf(item), cancellationToken) is { } failed)
                {
                    return failed;
                }
            }
        }
        return new Answer<IReadOnlyList<JsonObject>>.Ok(_documents);
    }

    private async Task<Answer<IReadOnlyList<JsonObject>>?> AddAsync(
        DefinitionKind kind, string place, string name, CancellationToken cancellationToken)
    {
        switch (await calls.GetAsync(kind, place, name, cancellationToken))
        {
            case Answer<StoredDefinition>.Ok { Value.Spec: var spec }:
                _documents.Add(Document(kind, spec));
                return null;
            case var failed:
                return failed.Map<IReadOnlyList<JsonObject>>(_ => []);
        }
    }

    private static JsonObject Document(DefinitionKind kind, JsonObject spec)
    {
        // A token's own field kind has that name already.
        if (spec.ContainsKey("kind"))
        {
            return new JsonObject { ["kind"] = kind.Word, ["spec"] = spec.DeepClone() };
        }
        var document = new JsonObject { ["kind"] = kind.Word };
        foreach (var (field, value) in spec)
        {
            document[field] = value?.DeepClone();
        }
        return document;
    }
}
