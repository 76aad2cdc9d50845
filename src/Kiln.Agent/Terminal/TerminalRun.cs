using System.Text.Json;
using Kiln.Contracts;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Runner;
using Kiln.Runner.Caches;
using Kiln.Runner.Packages;
using Kiln.Runner.Spawning;
using Kiln.Runner.Workspaces;
using Microsoft.Extensions.Logging;

namespace Kiln.Agent.Terminal;

/// <summary><c>kiln-agent run spec.json</c>: runs one spec here and now, with no server. The log goes to stdout and
/// nothing else does; the summary goes to stderr.</summary>
internal static class TerminalRun
{
    /// <summary>Exit codes beside the script's own.</summary>
    private const int Failed = 1;
    private const int TimedOut = 124;
    private const int Infrastructure = 125;
    private const int BadSpec = 2;
    private const int Cancelled = 130;

    public static async Task<int> RunAsync(
        string specFile, string? artifacts, ILogger logger, CancellationToken cancellationToken)
    {
        if (await ReadAsync(specFile, cancellationToken) is not { } spec)
        {
            return BadSpec;
        }
        var exec = ExecBinary.Find(AppContext.BaseDirectory, Environment.GetEnvironmentVariable);
        if (exec is null)
        {
            await Console.Error.WriteLineAsync($"kiln-exec is not beside this program in {AppContext.BaseDirectory}.");
            return Infrastructure;
        }
        ProcessPrivileges.BecomeSubreaper();
        var data = Directory.CreateTempSubdirectory("kiln-run-");
        try
        {
            return await RunAsync(spec, exec, data.FullName, artifacts, logger, cancellationToken);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static async Task<int> RunAsync(
        RunSpec spec,
        string exec,
        string data,
        string? artifacts,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        await using var output = Console.OpenStandardOutput();
        var server = new TerminalServer(output, artifacts);
        var lease = new Lease(new LeaseKey(spec.RunId, spec.Attempt, Fence: 1), Token: "", spec);
        using var downloads = AgentHost.CreateDownloads();
        var place = new RunnerPlace
        {
            ExecBinary = exec,
            HostName = Environment.MachineName,
            Version = AgentHost.Version,
            AgentId = Guid.NewGuid().ToString("n"),
            Inherited = RunnerPlace.Inherit(Environment.GetEnvironmentVariable),
            ExecEnvironment = ExecEnvironment.Of(Environment.GetEnvironmentVariable),
            Clock = TimeProvider.System,
            Packages = new PackageStore(Path.Combine(data, "packages"), downloads, TimeProvider.System),
            Caches = new CacheStore(
                Path.Combine(data, "cache"), CacheStore.LimitOf(Environment.GetEnvironmentVariable), TimeProvider.System,
                CacheSetting.Shared(Environment.GetEnvironmentVariable)),
            ImageEngine = Environment.GetEnvironmentVariable("KILN_IMAGE_ENGINE") ?? "",
        };
        using var runner = new AttemptRunner(lease, RunDirectory.Of(data, lease.Key), place, server, logger);
        await using var onCancel = cancellationToken.Register(() =>
            runner.Stop(new StopOrder(lease.Key, "cancelled", "The run was cancelled from the terminal.")));
        await runner.RunAsync(isAdopted: false, CancellationToken.None);
        await Console.Error.WriteAsync(RunSummary.Of(server.Events));
        return ExitCodeOf(server.End!);
    }

    private static async Task<RunSpec?> ReadAsync(string specFile, CancellationToken cancellationToken)
    {
        try
        {
            var text = await File.ReadAllBytesAsync(specFile, cancellationToken);
            return JsonSerializer.Deserialize(text, KilnJson.Default.RunSpec);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"{specFile} cannot be read: {unreadable.Message}");
        }
        catch (JsonException malformed)
        {
            await Console.Error.WriteLineAsync(
                $"{specFile} is not a run spec: {malformed.Message} See examples/run-spec.json for a whole one.");
        }
        return null;
    }

    private static int ExitCodeOf(RunEvent.Ended end) => end.Status switch
    {
        RunStatus.Passed => 0,
        RunStatus.Timeout => TimedOut,
        RunStatus.Cancelled => Cancelled,
        RunStatus.Failed => end.ExitCode is { } code and not 0 ? code : Failed,
        _ => Infrastructure,
    };
}
