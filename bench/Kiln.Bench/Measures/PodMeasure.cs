using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Kiln.Bench.Worlds;
using Kiln.EndToEnd.Harness;

namespace Kiln.Bench.Measures;

/// <summary>Builds in pods of a real cluster with one node on this machine, against a bare pod of the same image.</summary>
internal static class PodMeasure
{
    private const int Pods = 20;
    private const int WarmUps = 2;
    private const int Burst = 200;

    // More pods at once than this a node of two processors only takes longer for.
    private const int AtOnce = 8;
    private const int Megabytes = 50;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Start = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan One = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Many = TimeSpan.FromMinutes(20);

    /// <summary>Rows as they are known: the whole takes minutes.</summary>
    public static async IAsyncEnumerable<Row> RunAsync(TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await KubernetesCluster.ObstacleAsync(cancellationToken) is { } obstacle)
        {
            yield return new Row("builds in pods", $"not measured: {obstacle}");
            yield break;
        }
        var waits = new Waits(time, Console.Error);
        using var scratch = new Scratch();
        await using var cluster = await waits.ForAsync(
            "a cluster of one node starts", Start, limited => KubernetesCluster.StartAsync(scratch, nodes: 1, limited), cancellationToken);
        await waits.ForAsync("its node gets the images", Start, cluster.LoadImagesAsync, cancellationToken);
        await using var world = await World.StartAsync(new WorldOptions { Cluster = cluster, ServerOptions = ["--pod-capacity", $"{AtOnce}"] }, cancellationToken);
        using var api = new ClusterApi(cluster);
        var load = new Load(world, time);
        foreach (var measure in (IEnumerable<Func<Task<IReadOnlyList<Row>>>>)
        [
            () => LatencyAsync(load, waits, new BarePods(cluster, api, load), cancellationToken),
            () => LogAsync(load, waits, cancellationToken),
            () => BurstAsync(load, waits, cancellationToken),
        ])
        {
            foreach (var row in await measure())
            {
                yield return row;
            }
        }
    }

    // One after the other and in turn, so that all meet the same machine. The shells tell the time themselves.
    private static async Task<IReadOnlyList<Row>> LatencyAsync(Load load, Waits waits, BarePods bare, CancellationToken cancellationToken)
    {
        await load.World.DefineAsync("pod-first-line", "echo $EPOCHREALTIME", cancellationToken);
        (string What, int Containers, bool Shares)[] shapes =
            [("", 1, false), (" of two containers", 2, false), (" of two containers that share a directory, as a build's do", 2, true)];
        var (ours, theirs) = (new List<double>(), shapes.Select(static _ => new List<double>()).ToArray());
        var before = await RampAsync(load, cancellationToken);
        for (var i = 0; i < Pods + WarmUps; i++)
        {
            if (i == WarmUps)
            {
                // The first of all waits for the driver of its cluster to begin.
                before = await RampAsync(load, cancellationToken);
            }
            var turn = $"{i + 1} of {Pods + WarmUps}";
            var theirMs = new double[shapes.Length];
            for (var shape = 0; shape < shapes.Length; shape++)
            {
                var (what, containers, shares) = shapes[shape];
                var name = $"bare-{shape}-{i}";
                theirMs[shape] = await waits.ForAsync(
                    $"bare pod{what} {turn} ends", One, limited => bare.FirstLineAsync(name, containers, shares, limited), cancellationToken);
            }
            var asked = load.NowMs();
            var runId = await RunAsync(load, waits, "pod-first-line", $"build {turn} in a pod", cancellationToken);
            var ourMs = (Number(await load.ScriptTextAsync(runId, cancellationToken)) * 1000) - asked;
            if (i >= WarmUps)
            {
                ours.Add(ourMs);
                for (var shape = 0; shape < shapes.Length; shape++)
                {
                    theirs[shape].Add(theirMs[shape]);
                }
            }
        }
        var after = await RampAsync(load, cancellationToken);
        var phases = after.Zip(before, static (end, begin) => Text.Of((end.Seconds - begin.Seconds) * 1000 / (end.Count - begin.Count), "ms"));
        var our = new Sample(ours).Median;
        var their = theirs.Select(static one => new Sample(one).Median).ToArray();
        return
        [
            .. shapes.Select((shape, i) => new Row($"bare pod{shape.What}: create → first line, median", Text.Of(their[i], "ms"))),
            new("build in a pod: trigger → first script line, median", Text.Of(our, "ms")),
            Row.AtMost("… over the bare pod of the same image", our - their[0], "ms", 300, 100),
            new("… over the bare pod of two containers that share a directory", Text.Of(our - their[^1], "ms")),
            new("… by phase, mean: the queue gives the run out / its pod has begun / the script begins", string.Join(" / ", phases)),
        ];
    }

    private static async Task<IReadOnlyList<Row>> BurstAsync(Load load, Waits waits, CancellationToken cancellationToken)
    {
        await load.World.DefineAsync("pod-trivial", "true", cancellationToken);
        var server = load.World.Server.ProcessId;
        var before = Footprint.Processor(server);
        var (seconds, errors) = await waits.ForAsync(
            $"{Burst} builds in pods end, {AtOnce} at once", Many, limited => load.BurstAsync("pod-trivial", Burst, clients: 4, Look, limited), cancellationToken);
        var spent = (Footprint.Processor(server) - before).TotalMilliseconds;
        return
        [
            new($"{Burst} trivial builds, {AtOnce} at once, in pods of one real node", Text.Of(Burst / seconds, "builds/s")),
            Row.AtMost($"errors of {Burst}", errors, "", 0, 0),
            Row.AtMost("server's CPU for a build in a pod", spent / Burst, "ms", 50, 50),
        ];
    }

    private static async Task<IReadOnlyList<Row>> LogAsync(Load load, Waits waits, CancellationToken cancellationToken)
    {
        var lines = $"seq -f 'a line of a log as builds write them, number %.0f' 1 2000000 | head -c {Megabytes}000000";
        await load.World.DefineAsync("pod-log", $"{lines} > log; sha256sum < log > sum; echo $EPOCHREALTIME > began; cat log began sum", cancellationToken);
        var runId = await RunAsync(load, waits, "pod-log", $"a build in a pod that writes {Megabytes} MB of log", cancellationToken);
        var ended = load.NowMs();
        var log = await load.World.Server.Http.GetByteArrayAsync($"openapi/runs/{runId}/log?step=script", cancellationToken);
        if (log.Length <= Megabytes * 1_000_000)
        {
            throw new MeasureFailedException(
                $"The log of {Megabytes} MB has {log.Length} bytes, and {await load.StandAsync(runId, cancellationToken)}: "
                + Encoding.UTF8.GetString(log.AsSpan(Math.Max(0, log.Length - 200))).ReplaceLineEndings(" "));
        }
        var bytes = log.AsMemory(0, Megabytes * 1_000_000);
        // After the bytes the script says when it began to write them, and what their sum is.
        var told = Encoding.ASCII.GetString(log.AsSpan(bytes.Length)).Split((char[])['\n', ' '], StringSplitOptions.RemoveEmptyEntries);
        var seconds = (ended - (Number(told[0]) * 1000)) / 1000;
        return
        [
            new($"a log of {Megabytes} MB from a pod: its first byte written → its end at a follower", Text.Of(Megabytes / seconds, "MB/s")),
            Row.AtMost("… its SHA-256 differs from what the script wrote", Convert.ToHexStringLower(SHA256.HashData(bytes.Span)) == told[1] ? 0 : 1, "", 0, 0),
        ];
    }

    // Runs a build to its end, and says how the run stands when it does not come to one.
    private static async Task<long> RunAsync(Load load, Waits waits, string build, string what, CancellationToken cancellationToken)
    {
        var runId = await load.StartAsync(build, cancellationToken);
        try
        {
            await waits.ForAsync($"{what} ends (run {runId})", One, limited => load.EndAsync(runId, limited), cancellationToken);
            return runId;
        }
        catch (MeasureFailedException failed)
        {
            throw new MeasureFailedException($"{failed.Message} {await load.StandAsync(runId, cancellationToken)}", failed);
        }
    }

    // By the server's own clock: from the queue to the driver of the cluster, from there to the runner's first word, from there to the script.
    private static async Task<(double Seconds, double Count)[]> RampAsync(Load load, CancellationToken cancellationToken)
    {
        const string ramp = "kiln_run_ramp_seconds";
        var text = await load.World.Server.Http.GetStringAsync("metrics", cancellationToken);
        return [.. ((string[])["assigned", "started", "first_line"]).Select(phase => (Of("sum", phase), Of("count", phase)))];

        double Of(string what, string phase) => Samples.Of(text, $"{ramp}_{what}")
            .Where(sample => sample.Labels.Contains($"\"{phase}\"", StringComparison.Ordinal)).Sum(static sample => sample.Value);
    }

    private static double Number(string said) => double.TryParse(said, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new MeasureFailedException($"The script was to say the time and said '{said.ReplaceLineEndings(" ")}'.");
}
