using System.Collections.Concurrent;
using System.Globalization;
using Kiln.Bench.Worlds;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.Bench.Chaos;

/// <summary>This machine as host: an agent of its own beside the one in the server, execs and scripts.</summary>
internal sealed class HostGround(World world, Mortal server, Mortal database, TimeProvider time) : IGround
{
    private readonly Mortal _agent = new(world.Agent!.CrashAsync, _ => world.Agent!.RestartAsync(), time);
    private readonly ConcurrentDictionary<long, bool> _execsKilled = [];
    private readonly ConcurrentDictionary<long, bool> _powerless = [];
    private volatile bool _hasCutPower;

    public TimeSpan Look => TimeSpan.FromMilliseconds(50);

    public TimeSpan Patience => TimeSpan.FromMinutes(3);

    public async Task<string> StrikeAsync(Strike strike, CancellationToken cancellationToken)
    {
        var down = TimeSpan.FromMilliseconds(strike.DownMs);
        switch (strike.Victim)
        {
            case Victim.Agent:
                await _agent.StrikeAsync(down, cancellationToken);
                return $"agent for {strike.DownMs} ms";
            case Victim.Exec:
                return KillExec(strike.Pick) is { } runId ? $"exec of run {runId}" : "no exec, for there was none";
            case Victim.Everything:
                await EverythingAsync(down, cancellationToken);
                return $"everything but the scripts for {strike.DownMs} ms";
            case Victim.Machine:
                var coming = EverythingAsync(down, cancellationToken);
                KillMachine();
                await coming;
                return $"the whole machine for {strike.DownMs} ms";
            case Victim.ServerPower:
                await CutServerAsync(down, cancellationToken);
                return $"power of the server's machine for {strike.DownMs} ms";
            case Victim.AgentPower:
                await _agent.StrikeAsync(
                    down,
                    cancel => CutAsync(world.AgentMachine!, world.Agent!.CrashAsync, cancel),
                    cancel => world.AgentMachine!.RestoreAsync(time, cancel),
                    cancellationToken);
                return $"power of the agent's machine for {strike.DownMs} ms";
            default:
                throw new InvalidOperationException($"There is no {strike.Victim} on hosts.");
        }
    }

    public bool WasStruck(long runId) => _execsKilled.ContainsKey(runId) || LostPower(runId);

    public bool LostPower(long runId) => _powerless.ContainsKey(runId);

    // An exec that was killed before it listened has begun nothing. Of a run that a machine had just been given when its power went,
    // nobody knows whether it began, so it is not given out again.
    public bool Excuses(RunView view, bool hasBegun) => view.Reason switch
    {
        RunReason.ExecDied => WasStruck(view.RunId),
        RunReason.ExecFailed => WasStruck(view.RunId) && !hasBegun,
        RunReason.HostLostRun => LostPower(view.RunId) || (!hasBegun && _hasCutPower),
        _ => false,
    };

    public Task<IReadOnlyList<string>> LeftoversAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>(
    [
        .. Processes().Select(process => $"process {process.Pid} lives: {process.CommandLine} in {process.WorkingDirectory}"),
        .. new[] { world.AgentDirectory, world.Server.DataDirectory }.SelectMany(RunsIn).Select(directory => $"{directory} is there"),
    ]);

    public string Logs() => $"agent:\n{world.Agent!.Log}";

    public ValueTask DisposeAsync()
    {
        _agent.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task EverythingAsync(TimeSpan down, CancellationToken cancellationToken) => Task.WhenAll(
        server.StrikeAsync(down, cancellationToken), _agent.StrikeAsync(down, cancellationToken), database.StrikeAsync(down, cancellationToken));

    // The server stays struck until its database is back; a database that is struck already waits for nobody.
    private Task CutServerAsync(TimeSpan down, CancellationToken cancellationToken) => server.StrikeAsync(
        TimeSpan.Zero,
        cancel => database.StrikeAsync(
            down,
            cut => CutAsync(world.ServerMachine!, world.Server.CrashAsync, cut),
            restore => world.ServerMachine!.RestoreAsync(time, restore),
            cancel),
        static _ => Task.CompletedTask,
        cancellationToken);

    private Task CutAsync(PoweredMachine machine, Func<CancellationToken, Task> crash, CancellationToken cancellationToken)
    {
        machine.Cut(frozen: () =>
        {
            _hasCutPower = true;
            foreach (var run in machine.Paths.SelectMany(RunsIn))
            {
                _powerless[RunOf(run)] = true;
            }
        });
        return crash(cancellationToken);
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
        for (var found = Processes(); found.Count > 0; found = Processes())
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

    private List<ProcessEntry> Processes() => [.. ProcessTable.All().Where(IsOfARun)];

    // An agent keeps its runs below its own directory, which is in the server's where it is inside it.
    private static IEnumerable<string> RunsIn(string directory) =>
        new[] { Path.Combine(directory, "runs"), Path.Combine(directory, "agent", "runs") }.Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories);

    private bool IsOfARun(ProcessEntry process) =>
        IsExec(process)
        || (process.WorkingDirectory.StartsWith(world.Scratch.Path, StringComparison.Ordinal)
            && process.WorkingDirectory.Contains("/runs/", StringComparison.Ordinal));

    private bool IsExec(ProcessEntry process) =>
        process.CommandLine.Contains("kiln-exec", StringComparison.Ordinal)
        && process.CommandLine.Contains(world.Scratch.Path, StringComparison.Ordinal)
        && process.WorkingDirectory.Contains("/runs/", StringComparison.Ordinal);

    // An exec stands in its run's directory, …/runs/12-1-3; the command line of one that waited for it does not name it.
    private static long RunOf(ProcessEntry exec) => RunOf(exec.WorkingDirectory);

    private static long RunOf(string directory) => long.Parse(Path.GetFileName(directory).Split('-')[0], CultureInfo.InvariantCulture);
}
