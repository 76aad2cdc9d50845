using Kiln.Agent.Polling;
using Kiln.Contracts.Exec;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Runner;
using Kiln.Runner.Caches;
using Kiln.Runner.Courier;
using Kiln.Runner.Packages;
using Kiln.Runner.Rooms;
using Kiln.Runner.Spawning;
using Kiln.Runner.Workspaces;
using Microsoft.Extensions.Logging;

namespace Kiln.Agent.Pods;

/// <summary>
/// The work of a pod's container <c>kiln</c>: asks for its run, drives it as an agent would on a host, with its scripts in the
/// container <c>build</c>, and ends with it. Started again on the same volumes it goes on with what runs.
/// </summary>
internal sealed partial class PodRun(PodOptions options, HttpClient http, ILogger logger)
{
    private readonly HttpAgentServer _server = new(http, options.Token);
    private readonly RunRoom _room = new(options.Shared, TimeProvider.System);

    /// <summary>Works until the run's end is delivered.</summary>
    /// <param name="terminated">The pod is to end: what runs is stopped and its end delivered.</param>
    public async Task<PodEnd> RunAsync(CancellationToken terminated)
    {
        ProcessPrivileges.HideMemory();
        ProcessPrivileges.BecomeSubreaper();
        if (ExecBinary.Find(AppContext.BaseDirectory, Environment.GetEnvironmentVariable) is not { } source)
        {
            return new PodEnd.CannotStart($"kiln-exec is not beside this program in {AppContext.BaseDirectory}; the image is not whole.");
        }
        var asking = AskAsync(terminated);
        string exec;
        try
        {
            // While the answer is on its way the other container may begin.
            RoomDoor.Open(options.Shared, source);
            exec = ExecBinary.Install(source, Path.Combine(options.Private, "bin"));
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            return new PodEnd.CannotStart($"{options.Shared} and {options.Private} must be directories that can be written: {unusable.Message}");
        }
        switch (await asking)
        {
            case AgentCall<Lease>.Answered { Reply: var lease }:
                await DriveAsync(lease, exec, terminated);
                break;
            case AgentCall<Lease>.Stale:
                Log.Stale(logger, options.Lease.RunId);
                await Abandonment.EndAsync(DirectoryOf(), Abandonment.MarkOf(options.Lease, options.Pod), TimeProvider.System);
                break;
            case AgentCall<Lease>.Refused refused:
                return new PodEnd.Refused(refused.Message);
            default:
                return new PodEnd.CannotStart("The pod was told to end before it had heard what to run.");
        }
        await RoomDoor.CloseAsync(options.Shared);
        return new PodEnd.Done();
    }

    private async Task<AgentCall<Lease>> AskAsync(CancellationToken terminated)
    {
        var backoff = new Backoff(TimeProvider.System);
        while (true)
        {
            try
            {
                var answer = await _server.SpecAsync(options.Lease, terminated);
                if (answer is not AgentCall<Lease>.Unreachable unreachable)
                {
                    return answer;
                }
                Log.Unreachable(logger, options.Server, unreachable.Message);
                await backoff.WaitAsync(terminated);
            }
            catch (OperationCanceledException) when (terminated.IsCancellationRequested)
            {
                return new AgentCall<Lease>.Unreachable("");
            }
        }
    }

    private async Task DriveAsync(Lease lease, string exec, CancellationToken terminated)
    {
        var directory = DirectoryOf();
        var isAdopted = directory.ReadLease() is not null;
        using var downloads = AgentHost.CreateDownloads();
        using var runner = new AttemptRunner(lease, directory, Place(exec, downloads), new HttpRunServer(http, lease), logger);
        using var over = new CancellationTokenSource();
        var beating = new Heartbeat(lease.Key, _server, runner, _room, TimeProvider.System, logger)
            .RunAsync(directory.NoticesSaid, over.Token);
        await using var stopping = terminated.Register(() => runner.Stop(new StopOrder(lease.Key, RunReason.PodDeleted, "")));
        try
        {
            Log.Ended(logger, lease.Key.RunId, await runner.RunAsync(isAdopted, CancellationToken.None));
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            Log.Broken(logger, broken, lease.Key.RunId);
            await runner.GiveUpAsync(broken, CancellationToken.None);
        }
        await over.CancelAsync();
        try
        {
            await beating;
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    private RunDirectory DirectoryOf()
    {
        var (run, attempt, fence) = options.Lease;
        return new RunDirectory(Path.Combine(options.Private, $"{run}-{attempt}-{fence}"))
        {
            Workspace = options.Workspace,
            Shared = options.Shared,
        };
    }

    private RunnerPlace Place(string exec, HttpClient downloads) => new()
    {
        ExecBinary = exec,
        HostName = options.Node.Length == 0 ? $"pod {options.Pod}" : $"pod {options.Pod} on {options.Node}",
        Version = AgentHost.Version,
        AgentId = options.Pod,
        Inherited = RunnerPlace.Inherit(Environment.GetEnvironmentVariable),
        ExecEnvironment =
        [
            .. ExecEnvironment.Of(Environment.GetEnvironmentVariable),
            new(RoomProtocol.DirectoryVariable, options.Shared),
        ],
        Clock = TimeProvider.System,
        Room = _room,
        Packages = new PackageStore(
            Path.Combine(options.Shared, "packages"), downloads, TimeProvider.System, Path.Combine(options.Private, "packages")),
        Caches = new CacheStore(
            Path.Combine(options.Private, "cache"), CacheStore.LimitOf(Environment.GetEnvironmentVariable), TimeProvider.System,
            CacheSetting.Shared(ProcessPrivileges.TakeVariable)),
        ImageEngine = Environment.GetEnvironmentVariable("KILN_IMAGE_ENGINE") ?? "",
    };

    private static partial class Log
    {
        [LoggerMessage(EventId = 260, Level = LogLevel.Warning, Message = "{Server} cannot be reached: {Message}")]
        public static partial void Unreachable(ILogger logger, Uri server, string message);

        [LoggerMessage(EventId = 261, Level = LogLevel.Warning, Message = "Run {RunId} is another's by now; it is ended here")]
        public static partial void Stale(ILogger logger, long runId);

        [LoggerMessage(EventId = 262, Level = LogLevel.Information, Message = "Run {RunId}: {End}")]
        public static partial void Ended(ILogger logger, long runId, RunnerEnd end);

        [LoggerMessage(EventId = 263, Level = LogLevel.Error, Message = "Run {RunId} cannot be held any longer and is ended")]
        public static partial void Broken(ILogger logger, Exception exception, long runId);
    }
}
