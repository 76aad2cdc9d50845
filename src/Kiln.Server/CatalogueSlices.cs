using Kiln.Contracts.Catalogue;
using Kiln.Server.BuildImages;
using Kiln.Server.BuildTemplates;
using Kiln.Server.Clusters;
using Kiln.Server.CodeHosts;
using Kiln.Server.Definitions;
using Kiln.Server.DockerfileTemplates;
using Kiln.Server.Http;
using Kiln.Server.ObjectStorages;
using Kiln.Server.Packages;
using Kiln.Server.Projects;
using Kiln.Server.Registries;
using Kiln.Server.Services;
using Kiln.Server.Tokens;

namespace Kiln.Server;

/// <summary>The slices that builds refer to.</summary>
internal static class CatalogueSlices
{
    public static IServiceCollection AddCatalogue(this IServiceCollection services) => services
        .AddJson(CatalogueJson.Default)
        .AddSingleton<KnownProjects>()
        .AddProjects()
        .AddServices()
        .AddCodeHosts()
        .AddBuildImages()
        .AddPackages()
        .AddClusters()
        .AddRegistries()
        .AddObjectStorages()
        .AddDockerfileTemplates()
        .AddBuildTemplates()
        .AddTokens()
        .AddHostedService<CatalogueStart>();

    public static IEndpointRouteBuilder MapCatalogue(this IEndpointRouteBuilder routes) => routes
        .MapProjects()
        .MapServices()
        .MapCodeHosts()
        .MapBuildImages()
        .MapPackages()
        .MapClusters()
        .MapRegistries()
        .MapObjectStorages()
        .MapDockerfileTemplates()
        .MapBuildTemplates()
        .MapTokens();
}
