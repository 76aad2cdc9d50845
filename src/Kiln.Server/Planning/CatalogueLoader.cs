using Kiln.Contracts.Builds;
using Kiln.Server.Definitions;

namespace Kiln.Server.Planning;

/// <summary>Reads the catalogue as the definitions of one project see it.</summary>
public sealed class CatalogueLoader(
    CatalogueSources sources, CataloguePlaces places, CatalogueDestinations destinations, ProjectSettings settings)
{
    /// <summary>The whole catalogue now.</summary>
    /// <param name="projectKey">Project; empty = only what is the system's. It need not exist.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Catalogue> LoadAsync(string projectKey, CancellationToken cancellationToken)
    {
        var templates = await sources.BuildTemplatesAsync(names: null, cancellationToken);
        return await LoadAsync(projectKey, templates, needs: null, cancellationToken) with
        {
            Projects = await sources.ProjectsAsync(cancellationToken),
        };
    }

    /// <summary>
    /// Of the catalogue only what a run of a build looks up. What is missing there is missing here; names near to it are not known.
    /// </summary>
    public async Task<Catalogue> LoadForRunAsync(BuildDefinition build, CancellationToken cancellationToken)
    {
        var templates = await sources.BuildTemplatesAsync(CatalogueNeeds.Templates(build), cancellationToken);
        var needs = CatalogueNeeds.Of(build, templates.Count == 0 ? null : templates[0].Value);
        return await LoadAsync(build.Identity().ProjectKey, templates, needs, cancellationToken);
    }

    private async Task<Catalogue> LoadAsync(
        string projectKey, IReadOnlyList<Stored<BuildTemplate>> templates, CatalogueNeeds? needs, CancellationToken cancellationToken) => new()
    {
        Projects = [],
        CodeHosts = await sources.CodeHostsAsync(projectKey, needs, cancellationToken),
        Modules = await sources.ModulesAsync(projectKey, needs, cancellationToken),
        BuildTemplates = [.. templates.Select(static template => template.Value)],
        TemplateRevisions = templates.ToDictionary(static template => template.Name, static template => template.Revision),
        Dockerfiles = await sources.DockerfilesAsync(needs, cancellationToken),
        Images = await places.ImagesAsync(needs, cancellationToken),
        Packages = await places.PackagesAsync(needs, cancellationToken),
        Clusters = await places.ClustersAsync(projectKey, cancellationToken),
        Registries = await destinations.RegistriesAsync(cancellationToken),
        Storages = await destinations.StoragesAsync(cancellationToken),
        Hosts = places.Hosts(),
        AllowedSettings = await settings.AllowedAsync(projectKey, cancellationToken),
        ProjectMaxRunning = await settings.MaxRunningAsync(projectKey, cancellationToken),
        Variables = await settings.VariablesAsync(projectKey, cancellationToken),
    };
}
