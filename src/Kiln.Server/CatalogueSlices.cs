using Kiln.Contracts.Catalogue;
using Kiln.Server.BuildImages;
using Kiln.Server.BuildTemplates;
using Kiln.Server.Clusters;
using Kiln.Server.CodeHosts;
using Kiln.Server.Definitions;
using Kiln.Server.Definitions.Trials;
using Kiln.Server.DockerfileTemplates;
using Kiln.Server.Http;
using Kiln.Server.ObjectStorages;
using Kiln.Server.Packages;
using Kiln.Server.Projects;
using Kiln.Server.Registries;
using Kiln.Server.Services;
using Kiln.Server.Tokens;
using Kiln.Server.Variables;

namespace Kiln.Server;

/// <summary>The slices that builds refer to.</summary>
internal static class CatalogueSlices
{
    public static IServiceCollection AddCatalogue(this IServiceCollection services) => services
        .AddJson(CatalogueJson.Default)
        .AddSingleton<KnownProjects>()
        .AddSingleton<ProjectStore>().AddSingleton<CatalogueKind, ProjectKind>()
        .AddSingleton<ServiceStore>().AddSingleton<CatalogueKind, ServiceKind>()
        .AddSingleton<VariableStore>().AddSingleton<CatalogueKind, VariableKind>()
        .AddSingleton<CodeHostStore>().AddSingleton<CatalogueKind, CodeHostKind>()
        .AddSingleton<BuildImageStore>().AddSingleton<CatalogueKind, BuildImageKind>()
        .AddSingleton<PackageStore>().AddSingleton<CatalogueKind, PackageKind>()
        .AddSingleton<ClusterStore>().AddSingleton<CatalogueKind, ClusterKind>()
        .AddSingleton<RegistryStore>().AddSingleton<CatalogueKind, RegistryKind>()
        .AddSingleton<ObjectStorageStore>().AddSingleton<CatalogueKind, ObjectStorageKind>()
        .AddSingleton<DockerfileTemplateStore>().AddSingleton<CatalogueKind, DockerfileTemplateKind>()
        .AddSingleton<BuildTemplateStore>().AddSingleton<CatalogueKind, BuildTemplateKind>()
        .AddSingleton<TokenStore>().AddSingleton<CatalogueKind, TokenDefinitions>()
        .AddSingleton<TrialTools>()
        .AddSingleton<ITrial<CodeHost>, CodeHostTrial>()
        .AddSingleton<ITrial<Registry>, RegistryTrial>()
        .AddSingleton<ITrial<ObjectStorage>, ObjectStorageTrial>()
        .AddSingleton<ITrial<Cluster>, ClusterTrial>()
        .AddPackageVerification()
        .AddHostedService<CatalogueStart>();

    public static IEndpointRouteBuilder MapCatalogue(this IEndpointRouteBuilder routes)
    {
        foreach (var kind in routes.ServiceProvider.GetServices<CatalogueKind>())
        {
            kind.Map(routes);
        }
        return routes.MapPackageVerification();
    }
}
