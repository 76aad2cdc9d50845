namespace Kiln.Bench.Measures;

/// <summary>A log of 200 MB, whole, on an agent of its own; and what it costs in memory.</summary>
internal static class BigLogMeasure
{
    private const int Megabytes = 200;
    private const string Line = "a line of a log as builds write them, with some text in it ";

    public static async Task<IReadOnlyList<Row>> RunAsync(Load load, CancellationToken cancellationToken)
    {
        var file = load.World.Scratch["big"];
        await WriteAsync(file, Megabytes, cancellationToken);
        await load.World.DefineAsync("big-log", $"cat '{file}'", cancellationToken);
        var (server, agent) = (load.World.Server.ProcessId, load.World.Agent!.ProcessId);
        await load.EndAsync(await load.StartAsync("big-log", cancellationToken), cancellationToken);

        var before = (Server: Settle(server), Agent: Settle(agent));
        var (seconds, runId) = await TimeAsync(load, load.EndUnseenAsync, cancellationToken);
        var grown = (Server: Footprint.Peak(server) - before.Server, Agent: Footprint.Peak(agent) - before.Agent);
        var wrote = await Load.HashAsync(File.OpenRead(file), cancellationToken);
        var stored = await Load.HashAsync(await load.ScriptLogAsync(runId, cancellationToken), cancellationToken);
        var (followed, _) = await TimeAsync(load, load.EndAsync, cancellationToken);
        var (watched, _) = await TimeAsync(load, load.EndWatchedAsync, cancellationToken);
        return
        [
            Row.AtMost($"{Megabytes} MB log, to the last stored byte", seconds, "s", 1.5, 1.0),
            new("… with a follower who gets all of it, as bytes / as events", $"{Text.Of(followed, "")} / {Text.Of(watched, "s")}"),
            Row.AtMost("its SHA-256 differs from what the script wrote", wrote == stored ? 0 : 1, "", 0, 0),
            Row.AtMost("server grows during it", grown.Server, "MB", 50, 50),
            Row.AtMost("agent grows during it", grown.Agent, "MB", 50, 50),
        ];
    }

    private static async Task<(double Seconds, long RunId)> TimeAsync(
        Load load, Func<long, CancellationToken, Task> untilEnd, CancellationToken cancellationToken)
    {
        var began = load.Time.GetTimestamp();
        var runId = await load.StartAsync("big-log", cancellationToken);
        await untilEnd(runId, cancellationToken);
        return (load.Time.GetElapsedTime(began).TotalSeconds, runId);
    }

    /// <summary>Memory now; the peak counts from here.</summary>
    public static double Settle(int pid)
    {
        Footprint.ForgetPeak(pid);
        return Footprint.Memory(pid);
    }

    /// <summary>Writes a file of numbered lines.</summary>
    public static async Task WriteAsync(string file, int megabytes, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(file);
        for (var number = 0L; writer.BaseStream.Position < megabytes * 1_000_000L; number++)
        {
            await writer.WriteAsync($"{number} {Line}\n".AsMemory(), cancellationToken);
        }
    }
}
