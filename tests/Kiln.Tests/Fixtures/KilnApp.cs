using System.Net;
using System.Net.Http.Headers;
using Kiln.Server;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Settings;
using Kiln.Server.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kiln.Tests.Fixtures;

/// <summary>
/// The whole server on a real Kestrel at a free port, over a data directory of its own that is deleted at the end. No
/// embedded agent and no demo unless asked for.
/// </summary>
public sealed class KilnApp : IAsyncDisposable
{
    private readonly DirectoryInfo? _owned;
    private readonly WebApplication _app;
    private readonly DataDirectory _data;
    private readonly List<HttpClient> _clients = [];

    private KilnApp(WebApplication app, KilnOptions options, DataDirectory data, DirectoryInfo? owned)
    {
        _app = app;
        _data = data;
        _owned = owned;
        Options = options;
        Address = app.Services.GetRequiredService<PublicAddress>().Local;
        Admin = Client(app.Services.GetRequiredService<AdminToken>().Value);
        Anonymous = Client(token: null);
        app.Services.GetRequiredService<TokenIndex>().Add(TokenHash.Of(AgentToken), new Caller("agents-of-tests", TokenKind.Agent));
    }

    public KilnOptions Options { get; }

    /// <summary>Where the server listens.</summary>
    public Uri Address { get; }

    /// <summary>A client with the admin token.</summary>
    public HttpClient Admin { get; }

    /// <summary>A token by which agents join this server.</summary>
    public string AgentToken { get; } = TokenHash.NewToken(TokenKind.Agent);

    /// <summary>A client without a token.</summary>
    public HttpClient Anonymous { get; }

    /// <summary>The server's services, for seams that have no HTTP door.</summary>
    public IServiceProvider Services => _app.Services;

    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    public static Task<KilnApp> StartAsync() => StartAsync(TimeProvider.System, options => options);

    public static Task<KilnApp> StartAsync(Func<KilnOptions, KilnOptions> adjust) => StartAsync(TimeProvider.System, adjust);

    public static async Task<KilnApp> StartAsync(TimeProvider time, Func<KilnOptions, KilnOptions> adjust)
    {
        var directory = Directory.CreateTempSubdirectory("kiln-test-");
        var options = adjust(new KilnOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Data = directory.FullName,
            Capacity = 0,
            LogLevel = LogLevel.Warning,
        });
        return await StartOnAsync(options, time, directory);
    }

    /// <summary>Stops the server and starts another on the same data directory, as a restart of the process does.</summary>
    public async Task<KilnApp> RestartAsync(TimeProvider time)
    {
        await StopAsync();
        return await StartOnAsync(Options, time, _owned);
    }

    /// <summary>A client with a token of its own, or with none.</summary>
    public HttpClient Client(string? token)
    {
        var client = new HttpClient { BaseAddress = Address };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        _clients.Add(client);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_owned is { Exists: true })
        {
            _owned.Delete(recursive: true);
        }
    }

    private static async Task<KilnApp> StartOnAsync(KilnOptions options, TimeProvider time, DirectoryInfo? owned)
    {
        var data = DataDirectory.Open(options.Data, options.Artifacts);
        var app = ServerBuilder.Build(options, data, await StorageSlice.OpenAsync(options, time, CancellationToken.None), time);
        await app.StartAsync();
        return new KilnApp(app, options, data, owned);
    }

    private async Task StopAsync()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }
        _clients.Clear();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _data.Dispose();
    }
}
