using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Kiln.Bench.Worlds;
using Kiln.EndToEnd.Harness;

namespace Kiln.Bench.Chaos;

/// <summary>A world with the load's builds, and the hand that strikes in it. What is struck comes back by itself.</summary>
internal sealed class ChaosWorld : IAsyncDisposable
{
    private const int Capacity = 4;

    private readonly World _world;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _serverGate = new(1, 1);
    private readonly SemaphoreSlim _agentGate = new(1, 1);
    private readonly SemaphoreSlim _databaseGate = new(1, 1);
    private readonly ConcurrentDictionary<long, bool> _execsKilled = [];

    private ChaosWorld(World world, TimeProvider time)
    {
        _world = world;
        _time = time;
        Api = new PatientApi(world.Server, time);
    }

    public PatientApi Api { get; }

    public string Starts => _world.Scratch["starts"];

    public string Ends => _world.Scratch["ends"];

    /// <summary>First line of a checkout's log.</summary>
    public static string Marker => "marker of the repository\n";

    public static async Task<ChaosWorld> StartAsync(bool usesPostgres, TimeProvider time, CancellationToken cancellationToken)
    {
        var world = await World.StartAsync(
            new WorldOptions
            {
                AgentCapacity = Capacity,
                EmbeddedCapacity = 2,
                UsesPostgres = usesPostgres,
                ServerOptions = ["--grace", "1s"],
            },
            cancellationToken);
        var chaos = new ChaosWorld(world, time);
        await chaos.PrepareAsync(cancellationToken);
        return chaos;
    }

    /// <summary>Strikes, and brings back what was struck. What happened, for people.</summary>
    /// <param name="strike">The blow.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<string> StrikeAsync(Strike strike, CancellationToken cancellationToken)
    {
        var down = TimeSpan.FromMilliseconds(strike.DownMs);
        switch (strike.Victim)
        {
            case Victim.Server:
                await ServerAsync(down, cancellationToken);
                return $"server for {strike.DownMs} ms";
            case Victim.Agent:
                await AgentAsync(down, cancellationToken);
                return $"agent for {strike.DownMs} ms";
            case Victim.Database:
                await DatabaseAsync(down, cancellationToken);
                return $"database for {strike.DownMs} ms";
            case Victim.Exec:
                return KillExec(strike.Pick) is { } runId ? $"exec of run {runId}" : "no exec, for there was none";
            case Victim.Everything:
                await Task.WhenAll(ServerAsync(down, cancellationToken), AgentAsync(down, cancellationToken), DatabaseAsync(down, cancellationToken));
                return $"everything but the scripts for {strike.DownMs} ms";
            default:
                var coming = Task.WhenAll(
                    ServerAsync(down, cancellationToken), AgentAsync(down, cancellationToken), DatabaseAsync(down, cancellationToken));
                KillMachine();
                await coming;
                return $"the whole machine for {strike.DownMs} ms";
        }
    }

    /// <summary>Whether an exec of the run was killed.</summary>
    public bool HasLostItsExec(long runId) => _execsKilled.ContainsKey(runId);

    /// <summary>Processes of runs that still live.</summary>
    public IReadOnlyList<ProcessEntry> Leftovers() =>
        [.. ProcessTable.All().Where(IsOfARun)];

    /// <summary>Run directories that still exist.</summary>
    public IReadOnlyList<string> RunDirectories() =>
    [
        .. new[] { _world.Scratch["agent/runs"], Path.Combine(_world.Server.DataDirectory, "agent", "runs") }
            .Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories),
    ];

    /// <summary>What server and agent said, for somebody who looks for a cause.</summary>
    public string Logs() => $"server:\n{_world.Server.Log}\nagent:\n{_world.Agent!.Log}";

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        _serverGate.Dispose();
        _agentGate.Dispose();
        _databaseGate.Dispose();
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var repository = _world.Scratch["git/team/app"];
        Directory.CreateDirectory(repository);
        await File.WriteAllTextAsync(Path.Combine(repository, "marker"), Marker, cancellationToken);
        foreach (var command in (string[])["init -q -b main", "add marker", "-c user.name=k -c user.email=k@localhost commit -q -m first"])
        {
            using var git = Process.Start("git", $"-C {repository} {command}");
            await git.WaitForExitAsync(cancellationToken);
        }
        await _world.PostAsync("openapi/system/codehosts", new JsonObject
        {
            ["name"] = "files", ["type"] = "other", ["address"] = $"file://{_world.Scratch["git"]}",
        }, cancellationToken);
        foreach (var kind in Enum.GetValues<RunKind>())
        {
            await _world.DefineAsync(
                LoadScripts.NameOf(kind), LoadScripts.ScriptOf(kind, Starts, Ends), cancellationToken, body => Furnish(body, kind));
        }
    }

    private static void Furnish(JsonObject body, RunKind kind)
    {
        body["parameters"] = LoadScripts.Parameters();
        if (kind == RunKind.Checkout)
        {
            body["repo_info"] = new JsonArray(new JsonObject
            {
                ["codehost_name"] = "files", ["repo_namespace"] = "team", ["repo_name"] = "app", ["branch"] = "main",
            });
        }
        if (kind == RunKind.Upload)
        {
            body["post_build"] = new JsonObject { ["file_archive"] = new JsonObject { ["file_location"] = "out" } };
        }
    }

    private Task ServerAsync(TimeSpan down, CancellationToken cancellationToken) => BringBackAsync(
        _serverGate, _world.Server.CrashAsync, _world.Server.RestartAsync, down, cancellationToken);

    private Task AgentAsync(TimeSpan down, CancellationToken cancellationToken) => BringBackAsync(
        _agentGate, _world.Agent!.CrashAsync, _ => _world.Agent!.RestartAsync(), down, cancellationToken);

    private Task DatabaseAsync(TimeSpan down, CancellationToken cancellationToken) => _world.Postgres is not { } postgres
        ? Task.CompletedTask
        : BringBackAsync(
            _databaseGate,
            _ =>
            {
                postgres.Kill();
                return Task.CompletedTask;
            },
            _ => postgres.StartAgainAsync(),
            down,
            cancellationToken);

    // One at a time for each victim: what is down already is not struck again.
    private async Task BringBackAsync(
        SemaphoreSlim gate, Func<CancellationToken, Task> crash, Func<CancellationToken, Task> restart, TimeSpan down,
        CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            await crash(cancellationToken);
            await Task.Delay(down, _time, cancellationToken);
            // A server waits for its database, but it has to find one when it starts.
            if (gate == _serverGate)
            {
                await _databaseGate.WaitAsync(cancellationToken);
                _databaseGate.Release();
            }
            await restart(cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    private long? KillExec(double pick)
    {
        var execs = ProcessTable.All().Where(IsExec).OrderBy(process => process.Pid).ToList();
        if (execs.Count == 0)
        {
            return null;
        }
        var exec = execs[(int)(pick * execs.Count)];
        var runId = RunOf(exec);
        _execsKilled[runId] = true;
        Signal.Crash(exec.Pid);
        return runId;
    }

    private void KillMachine()
    {
        // Some begin while others are found.
        for (var found = Leftovers(); found.Count > 0; found = Leftovers())
        {
            foreach (var exec in found.Where(IsExec))
            {
                _execsKilled[RunOf(exec)] = true;
            }
            foreach (var process in found)
            {
                Signal.Crash(process.Pid);
            }
        }
    }

    private bool IsOfARun(ProcessEntry process) =>
        IsExec(process)
        || (process.WorkingDirectory.StartsWith(_world.Scratch.Path, StringComparison.Ordinal)
            && process.WorkingDirectory.Contains("/runs/", StringComparison.Ordinal));

    private bool IsExec(ProcessEntry process) =>
        process.CommandLine.Contains("kiln-exec", StringComparison.Ordinal)
        && process.CommandLine.Contains(_world.Scratch.Path, StringComparison.Ordinal)
        && process.CommandLine.Contains("/runs/", StringComparison.Ordinal);

    // The last part of its command line is the run directory: …/runs/12-1-3
    private static long RunOf(ProcessEntry exec) =>
        long.Parse(Path.GetFileName(exec.CommandLine.Trim().Split(' ')[^1]).Split('-')[0], CultureInfo.InvariantCulture);
}
