using Kiln.Contracts;
using Kiln.Server.Agents;
using Kiln.Server.Artifacts;
using Kiln.Server.Audit;
using Kiln.Server.Backups;
using Kiln.Server.Builds;
using Kiln.Server.Demo;
using Kiln.Server.Explanations;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Kubernetes;
using Kiln.Server.Planning;
using Kiln.Server.Queue;
using Kiln.Server.Runs;
using Kiln.Server.Settings;
using Kiln.Server.Storage;
using Kiln.Server.Telemetry;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Kiln.Server;

/// <summary>The composition of the server: every slice is added and mapped here, and nowhere else.</summary>
public static class ServerBuilder
{
    /// <summary>Builds the whole server.</summary>
    /// <param name="options">Validated settings.</param>
    /// <param name="data">The opened data directory.</param>
    /// <param name="database">The opened database; the server closes it at its end.</param>
    /// <param name="time">Clock of everything that the server decides by time.</param>
    public static WebApplication Build(KilnOptions options, DataDirectory data, Database database, TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Clear();
        builder.AddServerLog(options);
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, options));
        builder.Services
            .AddSingleton(options)
            .AddSingleton(data)
            .AddSingleton(time)
            .AddHttpJson()
            .AddJson(KilnJson.Default)
            .AddSingleton<PublicAddress>()
            .AddHealth()
            .AddStorage(database)
            .AddIdentity()
            .AddAudit()
            .AddCatalogue()
            .AddPlanning()
            .AddBuilds()
            .AddRuns()
            .AddQueue()
            .AddKubernetes()
            .AddExplanations()
            .AddTemplateBuilds()
            .AddTelemetry()
            .AddArtifacts(options)
            .AddBackups()
            .AddEmbeddedAgent(options)
            .AddDemo(options);

        var app = builder.Build();
        app.UseMiddleware<AuditTrail>();
        app.UseMiddleware<ErrorEnvelope>();
        app.UseRouting();
        app.UseTelemetry();
        app.UseMiddleware<BearerAuthentication>();
        app.MapHealth();
        app.MapApiDocument();
        app.MapAudit();
        app.MapCatalogue();
        app.MapBuilds();
        app.MapExplanations();
        app.MapTemplateBuilds();
        app.MapRuns();
        app.MapQueue();
        app.MapArtifacts();
        app.MapTelemetry();
        app.MapBackups();
        return app;
    }

    private static void Listen(KestrelServerOptions kestrel, KilnOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = RequestLimits.BodyBytes;
        kestrel.Listen(options.Listen, endpoint => endpoint.Protocols = HttpProtocols.Http1);
    }
}
