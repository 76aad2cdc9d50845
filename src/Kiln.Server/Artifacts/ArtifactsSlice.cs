using Kiln.Server.Http;

namespace Kiln.Server.Artifacts;

/// <summary>What runs keep beside their logs.</summary>
public static class ArtifactsSlice
{
    public static IServiceCollection AddArtifacts(this IServiceCollection services) => services
        .AddSingleton<ArtifactStore>()
        .AddSingleton<ArtifactUploads>()
        .AddSingleton<ArtifactKeeping>()
        .AddHostedService(provider => provider.GetRequiredService<ArtifactKeeping>())
        .AddJson(ArtifactsJson.Default);

    public static void MapArtifacts(this IEndpointRouteBuilder routes)
    {
        ArtifactUploadApi.Map(routes);
        ArtifactsApi.Map(routes);
    }
}
