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
    public async Task<IReadOnlyList<CatalogueCodeHost>> CodeHostsAsync(
        string projectKey, CatalogueNeeds? needs, CancellationToken cancellationToken)
    {
        var ofSystem = await codeHosts.NamedAsync("", needs?.CodeHosts, cancellationToken);
        return projectKey.Length == 0
            ? [.. ofSystem.Select(Map)]
            : [.. (await codeHosts.NamedAsync(projectKey, needs?.CodeHosts, cancellationToken)).Concat(ofSystem).Select(Map)];
    }

    public async Task<IReadOnlyList<CatalogueModule>> ModulesAsync(
        string projectKey, CatalogueNeeds? needs, CancellationToken cancellationToken) =>
        projectKey.Length == 0 ? [] :
        [
            .. (await services.NamedAsync(projectKey, needs?.Services, cancellationToken)).SelectMany(service =>
                service.Value.Containers.Where(module => module.ImageName.Length > 0).Select(module =>
                    new CatalogueModule(service.Value.ServiceName, module.Name, module.ImageName))),
        ];

    /// <param name="names">Their names; <c>null</c> = all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<Stored<BuildTemplate>>> BuildTemplatesAsync(
        IReadOnlyCollection<string>? names, CancellationToken cancellationToken) =>
        buildTemplates.OpenedAsync(names, cancellationToken);

    public async Task<IReadOnlyList<CatalogueDockerfile>> DockerfilesAsync(
        CatalogueNeeds? needs, CancellationToken cancellationToken) =>
        [.. (await dockerfiles.NamedAsync("", needs?.Dockerfiles, cancellationToken)).Select(file => new CatalogueDockerfile(file.IdText, file.Name, file.Value.Content, file.Revision))];

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
