using Kiln.EndToEnd.Harness;

namespace Kiln.Bench.Measures;

/// <summary>How fast a server is there, and what server, agent and exec take while nothing happens.</summary>
internal static class StartMeasure
{
    private const int Starts = 7;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    public static async Task<IReadOnlyList<Row>> RunAsync(Load load, CancellationToken cancellationToken)
    {
        using var scratch = new Scratch();
        var starts = new List<double>();
        for (var i = 0; i < Starts; i++)
        {
            var began = load.Time.GetTimestamp();
            await using var server = await KilnServer.StartAsync(scratch, ["--log-level", "warning"], [], cancellationToken);
            if (i > 0)
            {
                starts.Add(load.Time.GetElapsedTime(began).TotalMilliseconds);
            }
        }
        await load.World.DefineAsync("idle", "sleep 20", cancellationToken);
        var runId = await load.StartAsync("idle", cancellationToken);
        await Task.Delay(Settling, load.Time, cancellationToken);
        // That of the run, or the one that waits: they weigh the same but for the run's log.
        var execs = ProcessTable.All().Where(process =>
            process.CommandLine.Contains("kiln-exec", StringComparison.Ordinal) && process.BelongsTo(load.World.Scratch.Path));
        var rows = new List<Row>
        {
            Row.AtMost("server start (data there already), median", new Sample(starts).Median, "ms", 150, 150),
            Row.AtMost("idle memory of the server", Footprint.Memory(load.World.Server.ProcessId), "MB", 45, 31),
            new("… of it its own; the rest are pages of its program, which the kernel takes back at will",
                Text.Of(Footprint.Anonymous(load.World.Server.ProcessId), "MB")),
            Row.AtMost("idle memory of an agent", Footprint.Memory(load.World.Agent!.ProcessId), "MB", 25, 15),
            Row.AtMost("memory of an exec", execs.Max(exec => Footprint.Memory(exec.Pid)), "MB", 5, 4),
        };
        await load.World.Server.Client.CancelRunAsync(runId, cancellationToken);
        await load.EndAsync(runId, cancellationToken);
        return rows;
    }
}
