using System.Globalization;
using Kiln.Server.Bodies;

namespace Kiln.Server.Definitions;

/// <summary>Which definition a request is about.</summary>
/// <param name="ProjectKey">Project; empty = the system's.</param>
/// <param name="Name">Its name; or its id, in text, where the kind is addressed by id.</param>
/// <param name="IsId">True: <paramref name="Name"/> may be an id.</param>
public sealed record DefinitionAddress(string ProjectKey, string Name, bool IsId)
{
    /// <summary>Reads the address of a request.</summary>
    public static DefinitionAddress Of(CatalogueAddress kind, HttpRequest request, Violations violations)
    {
        switch (kind.Key)
        {
            case CatalogueKey.ProjectQuery:
                return new("", Queries.Required(request.Query, "projectKey", violations), IsId: false);
            case CatalogueKey.NameAndVersion:
                return new("", $"{Segment(request, "name")} {Segment(request, "version")}", IsId: false);
            case CatalogueKey.IdOrName:
                return new("", Segment(request, "id"), IsId: true);
            default:
                var project = kind.Scope == ProjectScope.System ? "" : Queries.Single(request.Query, "projectKey", violations);
                return new(project, Segment(request, "name"), IsId: false);
        }
    }

    /// <summary>The definition, or <c>null</c>.</summary>
    public async Task<Stored<T>?> FindAsync<T>(DefinitionStore<T> store, CancellationToken cancellationToken)
        where T : class
    {
        if (IsId && long.TryParse(Name, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && await store.GetAsync(id, cancellationToken) is { } stored)
        {
            return stored;
        }
        return await store.GetAsync(ProjectKey, Name, cancellationToken);
    }

    // The router leaves an encoded slash as it is, for it cannot tell it from a separator.
    private static string Segment(HttpRequest request, string name) =>
        ((string)request.RouteValues[name]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase).Trim();
}
