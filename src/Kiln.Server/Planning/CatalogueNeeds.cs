using Kiln.Contracts.Builds;
using Kiln.Server.Packages;

namespace Kiln.Server.Planning;

/// <summary>Names that the run of a build looks up in the catalogue: of the kinds that may be many, nothing else is read for it.</summary>
public sealed record CatalogueNeeds(
    IReadOnlyCollection<string> CodeHosts,
    IReadOnlyCollection<string> Services,
    IReadOnlyCollection<string> Packages,
    IReadOnlyCollection<string> Dockerfiles,
    IReadOnlyCollection<string> Images)
{
    /// <summary>Name of the template that a build is made from; none for one with a recipe of its own.</summary>
    public static IReadOnlyList<string> Templates(BuildDefinition build) =>
        build is BuildDefinition.FromTemplate { Spec.TemplateName: var name } ? [name] : [];

    /// <summary>What a run of a build needs.</summary>
    /// <param name="build">The build.</param>
    /// <param name="template">Its template, where it has one and that is there.</param>
    public static CatalogueNeeds Of(BuildDefinition build, BuildTemplate? template)
    {
        var recipe = Recipe(build, template);
        var ofTargets = build is BuildDefinition.FromTemplate { Spec: var targets }
            ? targets.TargetServices.SelectMany(static target => target.RepoInfo)
            : [];
        return new CatalogueNeeds(
            Names((recipe?.RepoInfo ?? []).Concat(ofTargets).Select(static repo => repo.CodehostName)),
            Names(build.Services().Select(static service => service.ServiceName)),
            Names((recipe?.Installs ?? []).Select(static install => PackageStore.NameOf(install.Name, install.Version))),
            Name(recipe?.DockerBuildStep?.TemplateName),
            Name(recipe is { Infrastructure: "kubernetes", BuildOs: var image } ? image : null));
    }

    /// <summary>What the detail of a build shows: the id of its image, wherever it runs, and of what a run needs the rest.</summary>
    /// <param name="build">The build.</param>
    /// <param name="template">As in <see cref="Of"/>.</param>
    public static CatalogueNeeds OfDetail(BuildDefinition build, BuildTemplate? template) =>
        Of(build, template) with { Images = Name(Recipe(build, template)?.BuildOs) };

    private static BuildRecipe? Recipe(BuildDefinition build, BuildTemplate? template) =>
        build is BuildDefinition.Plain { Spec: var spec } ? spec : template;

    private static IReadOnlyCollection<string> Name(string? name) => string.IsNullOrEmpty(name) ? [] : [name];

    private static HashSet<string> Names(IEnumerable<string> names) => [.. names.Where(static name => name.Length > 0)];
}
