using System.Runtime.InteropServices;
using Kiln.Agent.Polling;
using Kiln.Contracts.Exec;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Runner;
using Kiln.Runner.Caches;
using Kiln.Runner.Kept;
using Kiln.Runner.Packages;
using Kiln.Runner.Spawning;
using Microsoft.Extensions.Logging;

namespace Kiln.Agent;

/// <summary>An agent, in a process of its own or inside a server: the same code.</summary>
public static partial class AgentHost
{
    /// <summary>How long the ends of stopped runs may take to reach the server, beyond their grace.</summary>
    private static readonly TimeSpan DeliveryPatience = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan LongestGrace = TimeSpan.FromSeconds(30);

    /// <summary>How often it looks for kept workspaces whose time is over.</summary>
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromSeconds(30);

    /// <summary>Product version.</summary>
    public static string Version { get; } = typeof(AgentHost).Assembly.GetName().Version!.ToString(3);

    /// <summary>A client as an agent needs it: held polls have no timeout, connecting has.</summary>
    public static HttpClient CreateClient(Uri server) => new(new SocketsHttpHandler
    {
        ConnectTimeout = TimeSpan.FromSeconds(10),
        UseCookies = false,
        // A server on this machine is behind no proxy, whatever the machine says.
        UseProxy = !server.IsLoopback,
    })
    {
        BaseAddress = server,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>
    /// Adopts what is left in the data directory, then takes work until told to stop. Runs then go on under their exec
    /// for the next agent, unless <see cref="AgentOptions.StopsRuns"/> or <paramref name="stoppingRuns"/> says that they
    /// end with the agent: they are stopped and their ends delivered before this returns.
    /// </summary>
    /// <param name="options">Checked; see <see cref="AgentOptions"/>.</param>
    /// <param name="server">Where it asks for work.</param>
    /// <param name="logger">For the operator.</param>
    /// <param name="stoppingRuns">Stops the runs and then the agent.</param>
    /// <param name="stopping">Stops the agent.</param>
    /// <exception cref="AgentStartException">It cannot start; nothing runs.</exception>
    public static async Task<AgentEnd> RunAsync(
        AgentOptions options,
        IAgentServer server,
        ILogger logger,
        CancellationToken stoppingRuns,
        CancellationToken stopping)
    {
        using var identity = AgentIdentity.Claim(options.DataDirectory);
        using var downloads = CreateDownloads();
        var place = Place(options, identity, downloads);
        using var standby = place.Standby;
        var root = Path.Combine(options.DataDirectory, "runs");
        place.Packages.Sweep(attempt => Directory.Exists(Path.Combine(root, attempt)));
        HideMemory();
        place.Caches.Sweep(attempt => Directory.Exists(Path.Combine(root, attempt)));
        var kept = place.Kept!;
        Sweep(kept, root, logger);
        ProcessPrivileges.BecomeSubreaper();
        using var runs = new ActiveRuns(place, root, server, logger);
        runs.AdoptAll();
        standby?.Begin();

        using var asking = CancellationTokenSource.CreateLinkedTokenSource(stopping, stoppingRuns);
        using var sweeping = place.Clock.CreateTimer(
            _ => Sweep(kept, root, logger), state: null, SweepPeriod, SweepPeriod);
        AgentEnd end = new AgentEnd.Stopped();
        try
        {
            end = new AgentEnd.Refused(await new AgentLoop(server, Describe(options, identity, place), runs, kept, place.Clock, logger)
                .RunAsync(asking.Token));
        }
        catch (OperationCanceledException) when (asking.IsCancellationRequested)
        {
            // Asked to stop.
        }
        if ((options.StopsRuns && end is AgentEnd.Stopped) || stoppingRuns.IsCancellationRequested)
        {
            Log.StoppingRuns(logger, runs.Holding.Count);
            using var patience = new CancellationTokenSource(DeliveryPatience + LongestGrace);
            await runs.StopAllAsync(RunReason.AgentStopped, patience.Token);
        }
        if (end is AgentEnd.Stopped || runs.Holding.Count > 0)
        {
            Log.Leaving(logger, runs.Holding.Count);
        }
        await runs.DetachAsync();
        return end;
    }

    // A disk that takes no note now may take it the next time; nothing of a run depends on it.
    private static void Sweep(KeptWorkspaces kept, string root, ILogger logger)
    {
        try
        {
            kept.Sweep(root);
        }
        catch (Exception resisted) when (resisted is IOException or UnauthorizedAccessException)
        {
            Log.Resisted(logger, resisted);
        }
    }

    /// <summary>Keeps other processes of the same user from reading this one's memory: an agent holds its runs' secrets,
    /// a server everybody's.</summary>
    public static void HideMemory() => ProcessPrivileges.HideMemory();

    /// <summary>A client for files of packages: through the system's proxy, each request with a patience of its own.</summary>
    internal static HttpClient CreateDownloads() => new(new SocketsHttpHandler
    {
        ConnectTimeout = TimeSpan.FromSeconds(20),
        UseCookies = false,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { { "User-Agent", $"kiln/{Version}" } },
    };

    private static RunnerPlace Place(AgentOptions options, AgentIdentity identity, HttpClient downloads)
    {
        var source = ExecBinary.Find(AppContext.BaseDirectory, Environment.GetEnvironmentVariable) ?? throw new AgentStartException(
            $"kiln-exec is not beside this program in {AppContext.BaseDirectory}; install them together.");
        var exec = ExecBinary.Install(source, Path.Combine(Path.GetFullPath(options.DataDirectory), "bin"));
        var environment = ExecEnvironment.Of(Environment.GetEnvironmentVariable);
        return new RunnerPlace
        {
            ExecBinary = exec,
            HostName = options.Name,
            Version = Version,
            AgentId = identity.Id,
            Inherited = RunnerPlace.Inherit(Environment.GetEnvironmentVariable),
            ExecEnvironment = environment,
            Standby = new ExecStandby(exec, environment, TimeProvider.System),
            Clock = TimeProvider.System,
            Packages = new PackageStore(Path.Combine(options.DataDirectory, "packages"), downloads, TimeProvider.System),
            Caches = new CacheStore(
                Path.Combine(options.DataDirectory, "cache"), CacheStore.LimitOf(Environment.GetEnvironmentVariable), TimeProvider.System,
                CacheSetting.Shared(Environment.GetEnvironmentVariable)),
            Kept = new KeptWorkspaces(
                Path.Combine(options.DataDirectory, "kept"), KeptLimits.Of(Environment.GetEnvironmentVariable), options.Name, TimeProvider.System),
            ImageEngine = Environment.GetEnvironmentVariable("KILN_IMAGE_ENGINE") ?? "",
        };
    }

    private static AgentInfo Describe(AgentOptions options, AgentIdentity identity, RunnerPlace place) => new(
        identity.Id,
        options.Name,
        Version,
        RunnerProtocol.Version,
        "linux",
        RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant(),
        options.Labels,
        options.Capacity,
        Shells.Detect(place.Inherited["PATH"]),
        Draining: false,
        MachineBoot.Id);

    private static partial class Log
    {
        [LoggerMessage(EventId = 240, Level = LogLevel.Information, Message = "Stopping {Count} runs")]
        public static partial void StoppingRuns(ILogger logger, int count);

        [LoggerMessage(EventId = 241, Level = LogLevel.Information,
            Message = "The agent leaves; {Count} runs go on and are adopted by the next agent in its data directory")]
        public static partial void Leaving(ILogger logger, int count);

        [LoggerMessage(EventId = 242, Level = LogLevel.Warning, Message = "Kept workspaces cannot be looked after now; it is tried again")]
        public static partial void Resisted(ILogger logger, Exception exception);
    }
}
