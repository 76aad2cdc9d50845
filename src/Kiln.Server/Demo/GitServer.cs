using System.Net;
using Kiln.Server.Telemetry;
using Kiln.Server.Settings;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Kiln.Server.Demo;

/// <summary>The demo's two git sites, each on its own loopback port. They listen as long as this object lives.</summary>
internal sealed class GitServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private GitServer(WebApplication app, Uri gitlab, Uri github)
    {
        _app = app;
        Gitlab = gitlab;
        Github = github;
    }

    /// <summary>Address of the site that stands for a GitLab; wants its token.</summary>
    public Uri Gitlab { get; }

    /// <summary>Address of the site that stands for a GitHub; open to read.</summary>
    public Uri Github { get; }

    /// <summary>Starts both sites, at the ports they had before when those are still free.</summary>
    public static async Task<GitServer> StartAsync(
        KilnOptions options, string root, string gitlabToken, GitPorts before, CancellationToken cancellationToken)
    {
        try
        {
            return await StartAtAsync(options, root, gitlabToken, before, cancellationToken);
        }
        catch (IOException) when (before != GitPorts.Any)
        {
            return await StartAtAsync(options, root, gitlabToken, GitPorts.Any, cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task<GitServer> StartAtAsync(
        KilnOptions options, string root, string gitlabToken, GitPorts ports, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Clear();
        builder.AddServerLog(options);
        // Started and stopped by the server, never by a signal of its own.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, ports.Gitlab, Http1);
            kestrel.Listen(IPAddress.Loopback, ports.Github, Http1);
        });
        var app = builder.Build();
        var logger = app.Services.GetRequiredService<ILogger<GitServer>>();
        var gitlab = new GitSite(Path.Combine(root, "gitlab"), gitlabToken, logger);
        var github = new GitSite(Path.Combine(root, "github"), token: null, logger);
        Uri? gitlabAddress = null;
        app.Run(context => (context.Connection.LocalPort == gitlabAddress!.Port ? gitlab : github).HandleAsync(context));
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException)
        {
            await app.DisposeAsync();
            throw;
        }
        // In the order they were asked for.
        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        gitlabAddress = new Uri(bound.First());
        return new GitServer(app, gitlabAddress, new Uri(bound.Last()));
    }

    private static void Http1(ListenOptions endpoint) => endpoint.Protocols = HttpProtocols.Http1;

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>Ports of the two sites; 0 = any free one.</summary>
internal sealed record GitPorts(int Gitlab, int Github)
{
    public static GitPorts Any { get; } = new(0, 0);
}
