using Kiln.Server.Settings;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Kiln.Server.Http;

/// <summary>Where this server is reached.</summary>
public sealed class PublicAddress(KilnOptions options, IServer server)
{
    /// <summary>The server's own listener, for the embedded agent. Known once it listens.</summary>
    public Uri Local
    {
        get
        {
            var bound = new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
            return bound.Host is "0.0.0.0" or "[::]" ? new UriBuilder(bound) { Host = "127.0.0.1" }.Uri : bound;
        }
    }

    /// <summary>Root of links for people, without a trailing slash.</summary>
    public string Root => (options.PublicUrl ?? Local).AbsoluteUri.TrimEnd('/');

    /// <summary>Page of a run.</summary>
    public string Run(long runId) => $"{Root}/runs/{runId}";
}
