namespace Kiln.Server.Planning;

/// <summary>Reads the catalogue as the definitions of one project see it.</summary>
public sealed class CatalogueLoader(CatalogueSources sources, CataloguePlaces places, ProjectSettings settings)
{
    /// <summary>The catalogue now.</summary>
    /// <param name="projectKey">Project; empty = only what is the system's. It need not exist.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Catalogue> LoadAsync(string projectKey, CancellationToken cancellationToken) => new()
    {
        Projects = await sources.ProjectsAsync(cancellationToken),
        CodeHosts = await sources.CodeHostsAsync(projectKey, cancellationToken),
        Modules = await sources.ModulesAsync(projectKey, cancellationToken),
        BuildTemplates = await sources.BuildTemplatesAsync(cancellationToken),
        Dockerfiles = await sources.DockerfilesAsync(cancellationToken),
        Images = await places.ImagesAsync(cancellationToken),
        Packages = await places.PackagesAsync(cancellationToken),
        Clusters = await places.ClustersAsync(projectKey, cancellationToken),
        Registries = await places.RegistriesAsync(cancellationToken),
        Hosts = places.Hosts(),
        AllowedSettings = await settings.AllowedAsync(projectKey, cancellationToken),
        ProjectMaxRunning = await settings.MaxRunningAsync(projectKey, cancellationToken),
        Variables = await settings.VariablesAsync(projectKey, cancellationToken),
    };
}
