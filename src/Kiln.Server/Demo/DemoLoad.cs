using Kiln.Server.Http;
using Kiln.Server.Settings;

namespace Kiln.Server.Demo;

/// <summary>With <c>--demo</c>: serves the demo's repositories and loads its definitions before the server calls itself
/// ready.</summary>
internal sealed partial class DemoLoad(
    KilnOptions options, DataDirectory data, Readiness readiness, DemoDefinitions definitions, ILogger<DemoLoad> logger)
    : IHostedLifecycleService
{
    private const string Gate = "demo";
    private GitServer? _git;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        readiness.HoldFor(Gate, "The demo data is being loaded.");
        return Task.CompletedTask;
    }

    /// <exception cref="DemoException">It cannot be loaded; the server must not go on as if it were.</exception>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        _git = await DemoGit.StartAsync(options, data, cancellationToken);
        var values = new Dictionary<string, string>
        {
            ["{gitlab_address}"] = _git.Gitlab.GetLeftPart(UriPartial.Authority),
            ["{gitlab_token}"] = DemoGit.Token(data),
            ["{github_address}"] = _git.Github.GetLeftPart(UriPartial.Authority),
        };
        await definitions.LoadAsync(values, DemoGit.HasMoved(data, _git), cancellationToken);
        // Only now: had loading failed half way, the next start would have to replace the addresses.
        DemoGit.RememberPorts(data, _git);
        readiness.Done(Gate);
        Log.Loaded(logger, _git.Gitlab, _git.Github);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => _git?.DisposeAsync().AsTask() ?? Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The demo data is loaded; its git sites are {Gitlab} and {Github}.")]
        public static partial void Loaded(ILogger logger, Uri gitlab, Uri github);
    }
}

/// <summary>Registers the demo.</summary>
internal static class DemoSlice
{
    public static IServiceCollection AddDemo(this IServiceCollection services, KilnOptions options) => options.Demo
        ? services.AddSingleton<DemoDefinitions>().AddHostedService<DemoLoad>()
        : services;
}
