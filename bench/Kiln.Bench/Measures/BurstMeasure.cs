using System.Globalization;

namespace Kiln.Bench.Measures;

/// <summary>Two hundred trivial builds at once.</summary>
internal static class BurstMeasure
{
    private const int Runs = 200;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    public static async Task<IReadOnlyList<Row>> RunAsync(Load load, CancellationToken cancellationToken)
    {
        await load.World.DefineAsync("trivial", "true", cancellationToken);
        await load.BurstAsync("trivial", Runs, clients: 4, Look, cancellationToken);
        var rows = new List<Row>();
        foreach (var clients in (int[])[4, 32])
        {
            var server = load.World.Server.ProcessId;
            var before = (Server: Footprint.Processor(server), Client: Footprint.Processor(Environment.ProcessId));
            var (seconds, errors) = await load.BurstAsync("trivial", Runs, clients, Look, cancellationToken);
            var serverMs = (Footprint.Processor(server) - before.Server).TotalMilliseconds;
            var clientMs = (Footprint.Processor(Environment.ProcessId) - before.Client).TotalMilliseconds;
            rows.Add(Row.AtLeast($"{Runs} trivial builds at once, {clients} clients", Runs / seconds, "builds/s", 150, 250));
            rows.Add(Row.AtMost($"errors of {Runs}, {clients} clients", errors, "", 0, 0));
            // The agent inside the server drives the runs: its share is in the server's figure.
            rows.Add(Row.AtMost($"server's CPU for a build (its agent's part in it), {clients} clients", serverMs / Runs, "ms", 3, 3));
            rows.Add(new(
                $"load client's own CPU, {clients} clients",
                string.Create(CultureInfo.InvariantCulture, $"{clientMs / Runs:0.00} ms a build, {clientMs / (seconds * 10):0} % of one core")));
        }
        // What the machine itself gives, to read the rest by: no queue, no log, no promise.
        var bare = await StepTimes.ShellAsync(
            load, $"seq {Runs} | xargs -P {Environment.ProcessorCount} -n 1 /bin/bash -c true", cancellationToken);
        rows.Add(new("the same number of bare bash processes, one for each processor", Text.Of(Runs / bare, "processes/s")));
        return rows;
    }
}
