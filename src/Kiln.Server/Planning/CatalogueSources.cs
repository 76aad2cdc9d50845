using Kiln.Contracts.Builds;
using Kiln.Contracts.Catalogue;
using Kiln.Server.BuildTemplates;
using Kiln.Server.CodeHosts;
using Kiln.Server.Definitions;
using Kiln.Server.DockerfileTemplates;
using Kiln.Server.Projects;
using Kiln.Server.Services;

namespace Kiln.Server.Planning;

/// <summary>What is built, from which templates: reads those slices for <see cref="CatalogueLoader"/>.</summary>
public sealed class CatalogueSources(
    ProjectStore projects,
    CodeHostStore codeHosts,
    ServiceStore services,
    BuildTemplateStore buildTemplates,
    DockerfileTemplateStore dockerfiles)
{
    public async Task<IReadOnlyList<string>> ProjectsAsync(CancellationToken cancellationToken) =>
        [.. (await projects.AllAsync("", cancellationToken)).Select(project => project.Name)];

    /// <summary>The project's own before the system's.</summary>
    public async Task<IReadOnlyList<CatalogueCodeHost>> CodeHostsAsync(string projectKey, CancellationToken cancellationToken)
    {
        var ofSystem = await codeHosts.AllAsync("", cancellationToken);
        return projectKey.Length == 0
            ? [.. ofSystem.Select(Map)]
            : [.. (await codeHosts.AllAsync(projectKey, cancellationToken)).Concat(ofSystem).Select(Map)];
    }

    public async Task<IReadOnlyList<CatalogueModule>> ModulesAsync(string projectKey, CancellationToken cancellationToken) =>
        projectKey.Length == 0 ? [] :
        [
            .. (await services.AllAsync(projectKey, cancellationToken)).SelectMany(service =>
                service.Value.Containers.Where(module => module.ImageName.Length > 0).Select(module =>
                    new CatalogueModule(service.Value.ServiceName, module.Name, module.ImageName))),
        ];

    public Task<IReadOnlyList<Stored<BuildTemplate>>> BuildTemplatesAsync(CancellationToken cancellationToken) =>
        buildTemplates.OpenedAsync(cancellationToken);

    public async Task<IReadOnlyList<CatalogueDockerfile>> DockerfilesAsync(CancellationToken cancellationToken) =>
        [.. (await dockerfiles.AllAsync("", cancellationToken)).Select(file => new CatalogueDockerfile(file.IdText, file.Name, file.Value.Content, file.Revision))];

    private static CatalogueCodeHost Map(Stored<CodeHost> stored) => Map(stored.Value);

    /// <summary>A code host as planning knows it.</summary>
    internal static CatalogueCodeHost Map(CodeHost host) => new()
    {
        Name = host.Name,
        Type = host.Type,
        Address = host.Address,
        Auth = host.AuthType switch
        {
            "none" => CodeHostAuth.None,
            "ssh_key" => CodeHostAuth.SshKey,
            _ => CodeHostAuth.Password,
        },
        Username = host.Username,
        SealedSecret = host.Secret,
        KnownHosts = host.KnownHosts,
        VerifyTls = host.VerifyTls,
        TlsCa = host.TlsCa,
        Proxy = host.Proxy,
    };
}
