using Kiln.Contracts.Builds;
using Kiln.Server.Definitions;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Planning;

/// <summary>Reads the catalogue as the definitions of one project see it: all of it in one snapshot.</summary>
public sealed class CatalogueLoader(
    DocumentStore documents, CatalogueSources sources, CataloguePlaces places, CatalogueDestinations destinations, ProjectSettings settings)
{
    /// <summary>The whole catalogue now.</summary>
    /// <param name="projectKey">Project; empty = only what is the system's. It need not exist.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<Catalogue> LoadAsync(string projectKey, CancellationToken cancellationToken) => documents.ReadAsync(
        async reads =>
        {
            var templates = await sources.BuildTemplatesAsync(reads, names: null);
            return await LoadAsync(reads, projectKey, templates, needs: null) with
            {
                Projects = await sources.ProjectsAsync(reads),
            };
        },
        cancellationToken);

    /// <summary>
    /// Of the catalogue only what a run of a build looks up. What is missing there is missing here; names near to it are not known.
    /// </summary>
    public Task<Catalogue> LoadForRunAsync(BuildDefinition build, CancellationToken cancellationToken) => documents.ReadAsync(
        async reads =>
        {
            var templates = await sources.BuildTemplatesAsync(reads, CatalogueNeeds.Templates(build));
            var needs = CatalogueNeeds.Of(build, templates.Count == 0 ? null : templates[0].Value);
            return await LoadAsync(reads, build.Identity().ProjectKey, templates, needs);
        },
        cancellationToken);

    /// <summary>
    /// Of the catalogue only what the detail of a build shows: addresses of its code hosts, ids of its image and Dockerfile, its
    /// template. From the snapshot that the build was read in.
    /// </summary>
    public async ValueTask<Catalogue> LoadForDetailAsync(DocumentReads reads, BuildDefinition build)
    {
        var templates = await sources.BuildTemplatesAsync(reads, CatalogueNeeds.Templates(build));
        var needs = CatalogueNeeds.OfDetail(build, templates.Count == 0 ? null : templates[0].Value);
        return new Catalogue
        {
            Projects = [],
            CodeHosts = await sources.CodeHostsAsync(reads, build.Identity().ProjectKey, needs),
            Modules = [],
            BuildTemplates = [.. templates.Select(static template => template.Value)],
            Dockerfiles = await sources.DockerfilesAsync(reads, needs),
            Images = await places.ImagesAsync(reads, needs),
            Packages = [],
            Clusters = [],
            Registries = [],
            Hosts = [],
        };
    }

    private async ValueTask<Catalogue> LoadAsync(
        DocumentReads reads, string projectKey, IReadOnlyList<Stored<BuildTemplate>> templates, CatalogueNeeds? needs) => new()
    {
        Projects = [],
        CodeHosts = await sources.CodeHostsAsync(reads, projectKey, needs),
        Modules = await sources.ModulesAsync(reads, projectKey, needs),
        BuildTemplates = [.. templates.Select(static template => template.Value)],
        TemplateRevisions = templates.ToDictionary(static template => template.Name, static template => template.Revision),
        Dockerfiles = await sources.DockerfilesAsync(reads, needs),
        Images = await places.ImagesAsync(reads, needs),
        Packages = await places.PackagesAsync(reads, needs),
        Clusters = await places.ClustersAsync(reads, projectKey),
        Registries = await destinations.RegistriesAsync(reads),
        Storages = await destinations.StoragesAsync(reads),
        Hosts = places.Hosts(),
        AllowedSettings = await settings.AllowedAsync(reads, projectKey),
        ProjectMaxRunning = await settings.MaxRunningAsync(reads, projectKey),
        Variables = await settings.VariablesAsync(reads, projectKey),
    };
}
