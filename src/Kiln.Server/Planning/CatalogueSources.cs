using Kiln.Contracts.Builds;
using Kiln.Contracts.Catalogue;
using Kiln.Server.BuildTemplates;
using Kiln.Server.CodeHosts;
using Kiln.Server.Definitions;
using Kiln.Server.DockerfileTemplates;
using Kiln.Server.Projects;
using Kiln.Server.Services;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Planning;

/// <summary>What is built, from which templates: reads those slices for <see cref="CatalogueLoader"/>.</summary>
public sealed class CatalogueSources(
    ProjectStore projects,
    CodeHostStore codeHosts,
    ServiceStore services,
    BuildTemplateStore buildTemplates,
    DockerfileTemplateStore dockerfiles)
{
    public async ValueTask<IReadOnlyList<string>> ProjectsAsync(DocumentReads reads) =>
        [.. (await projects.AllAsync(reads, "")).Select(project => project.Name)];

    /// <summary>The project's own before the system's.</summary>
    public async ValueTask<IReadOnlyList<CatalogueCodeHost>> CodeHostsAsync(DocumentReads reads, string projectKey, CatalogueNeeds? needs)
    {
        var ofSystem = await codeHosts.NamedAsync(reads, "", needs?.CodeHosts);
        return projectKey.Length == 0
            ? [.. ofSystem.Select(Map)]
            : [.. (await codeHosts.NamedAsync(reads, projectKey, needs?.CodeHosts)).Concat(ofSystem).Select(Map)];
    }

    public async ValueTask<IReadOnlyList<CatalogueModule>> ModulesAsync(DocumentReads reads, string projectKey, CatalogueNeeds? needs) =>
        projectKey.Length == 0 ? [] :
        [
            .. (await services.NamedAsync(reads, projectKey, needs?.Services)).SelectMany(service =>
                service.Value.Containers.Where(module => module.ImageName.Length > 0).Select(module =>
                    new CatalogueModule(service.Value.ServiceName, module.Name, module.ImageName))),
        ];

    /// <param name="names">Their names; <c>null</c> = all.</param>
    public ValueTask<IReadOnlyList<Stored<BuildTemplate>>> BuildTemplatesAsync(DocumentReads reads, IReadOnlyCollection<string>? names) =>
        buildTemplates.OpenedAsync(reads, names);

    public async ValueTask<IReadOnlyList<CatalogueDockerfile>> DockerfilesAsync(DocumentReads reads, CatalogueNeeds? needs) =>
        [.. (await dockerfiles.NamedAsync(reads, "", needs?.Dockerfiles)).Select(file => new CatalogueDockerfile(file.IdText, file.Name, file.Value.Content, file.Revision))];

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
