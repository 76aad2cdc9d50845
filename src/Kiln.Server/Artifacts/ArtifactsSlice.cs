using Kiln.Buckets;
using Kiln.Server.Http;
using Kiln.Server.Settings;

namespace Kiln.Server.Artifacts;

/// <summary>What runs keep beside their logs.</summary>
public static class ArtifactsSlice
{
    public static IServiceCollection AddArtifacts(this IServiceCollection services, KilnOptions options) => services
        .AddBucket(options.ArtifactBucket)
        .AddSingleton(static provider => new ArtifactStore(
            provider.GetRequiredService<DataDirectory>(), provider.GetService<ArtifactBucket>()))
        .AddSingleton<ArtifactUploads>()
        .AddSingleton<ArtifactKeeping>()
        .AddHostedService(provider => provider.GetRequiredService<ArtifactKeeping>())
        .AddJson(ArtifactsJson.Default);

    private static IServiceCollection AddBucket(this IServiceCollection services, BucketUrl? place) => place is null
        ? services
        : services.AddSingleton(_ => new ArtifactBucket(place)).AddHostedService<ArtifactBucketTrial>();

    public static void MapArtifacts(this IEndpointRouteBuilder routes)
    {
        ArtifactUploadApi.Map(routes);
        ArtifactsApi.Map(routes);
    }
}
