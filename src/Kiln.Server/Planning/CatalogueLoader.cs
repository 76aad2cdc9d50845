namespace Kiln.Server.Planning;

/// <summary>Reads the catalogue as the definitions of one project see it.</summary>
public sealed class CatalogueLoader(
    CatalogueSources sources, CataloguePlaces places, CatalogueDestinations destinations, ProjectSettings settings)
{
    /// <summary>The catalogue now.</summary>
    /// <param name="projectKey">Project; empty = only what is the system's. It need not exist.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Catalogue> LoadAsync(string projectKey, CancellationToken cancellationToken)
    {
        var templates = await sources.BuildTemplatesAsync(cancellationToken);
        return new Catalogue
        {
            Projects = await sources.ProjectsAsync(cancellationToken),
            CodeHosts = await sources.CodeHostsAsync(projectKey, cancellationToken),
            Modules = await sources.ModulesAsync(projectKey, cancellationToken),
            BuildTemplates = [.. templates.Select(static template => template.Value)],
            TemplateRevisions = templates.ToDictionary(static template => template.Name, static template => template.Revision),
            Dockerfiles = await sources.DockerfilesAsync(cancellationToken),
            Images = await places.ImagesAsync(cancellationToken),
            Packages = await places.PackagesAsync(cancellationToken),
            Clusters = await places.ClustersAsync(projectKey, cancellationToken),
            Registries = await destinations.RegistriesAsync(cancellationToken),
            Storages = await destinations.StoragesAsync(cancellationToken),
            Hosts = places.Hosts(),
            AllowedSettings = await settings.AllowedAsync(projectKey, cancellationToken),
            ProjectMaxRunning = await settings.MaxRunningAsync(projectKey, cancellationToken),
            Variables = await settings.VariablesAsync(projectKey, cancellationToken),
        };
    }
}
