using Kiln.Server.BuildImages;
using Kiln.Server.Clusters;
using Kiln.Server.Identity;
using Kiln.Server.Tokens;

namespace Kiln.Server;

/// <summary>Before the server listens: every stored token is valid, and a fresh server has its images and its cluster.</summary>
internal sealed class CatalogueStart(TokenStore tokens, TokenIndex index, BuildImageStore images, ClusterStore clusters)
    : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await tokens.LoadAsync(index, cancellationToken);
        await images.SeedAsync(cancellationToken);
        await clusters.SeedAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
