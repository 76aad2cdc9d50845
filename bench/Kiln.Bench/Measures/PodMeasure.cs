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
    private const int Burst = 200;
    private const int Megabytes = 50;

    /// <summary>Rows as they are known: the whole takes minutes.</summary>
    public static async IAsyncEnumerable<Row> RunAsync(TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await KubernetesCluster.ObstacleAsync(cancellationToken) is { } obstacle)
        {
            yield return new Row("builds in pods", $"not measured: {obstacle}");
            yield break;
        }
        using var scratch = new Scratch();
        await using var cluster = await KubernetesCluster.StartAsync(scratch, nodes: 1, cancellationToken);
        await cluster.LoadImagesAsync(cancellationToken);
        await using var world = await World.StartAsync(new WorldOptions { Cluster = cluster }, cancellationToken);
        var load = new Load(world, time);
        foreach (var measure in (IEnumerable<Func<Task<IReadOnlyList<Row>>>>)
        [
            () => LatencyAsync(load, cluster, cancellationToken),
            () => LogAsync(load, cancellationToken),
            () => BurstAsync(load, cancellationToken),
        ])
        {
            foreach (var row in await measure())
            {
                yield return row;
            }
        }
    }

    // One after the other and in turn, so that both meet the same machine. The shells tell the time themselves.
    private static async Task<IReadOnlyList<Row>> LatencyAsync(Load load, KubernetesCluster cluster, CancellationToken cancellationToken)
    {
        await load.World.DefineAsync("pod-first-line", "echo $EPOCHREALTIME", cancellationToken);
        using var bare = new BarePods(cluster, load);
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var i = 0; i < Pods + 2; i++)
        {
            var theirMs = await bare.FirstLineAsync($"bare-{i}", cancellationToken);
            var asked = load.NowMs();
            var runId = await load.StartAsync("pod-first-line", cancellationToken);
            await load.EndAsync(runId, cancellationToken);
            var ourMs = (double.Parse(await load.ScriptTextAsync(runId, cancellationToken), CultureInfo.InvariantCulture) * 1000) - asked;
            if (i >= 2)
            {
                ours.Add(ourMs);
                theirs.Add(theirMs);
            }
        }
        var (our, their) = (new Sample(ours).Median, new Sample(theirs).Median);
        return
        [
            new("bare pod: create → first line, median", Text.Of(their, "ms")),
            new("build in a pod: trigger → first script line, median", Text.Of(our, "ms")),
            Row.AtMost("… over the bare pod of the same image", our - their, "ms", 300, 100),
        ];
    }

    private static async Task<IReadOnlyList<Row>> BurstAsync(Load load, CancellationToken cancellationToken)
    {
        await load.World.DefineAsync("pod-trivial", "true", cancellationToken);
        var server = load.World.Server.ProcessId;
        var before = Footprint.Processor(server);
        var (seconds, errors) = await load.BurstAsync("pod-trivial", Burst, clients: 4, cancellationToken);
        return
        [
            new($"{Burst} trivial builds at once in pods of one real node", Text.Of(Burst / seconds, "builds/s")),
            Row.AtMost($"errors of {Burst}", errors, "", 0, 0),
            Row.AtMost("server's CPU for a build in a pod", (Footprint.Processor(server) - before).TotalMilliseconds / Burst, "ms", 50, 50),
        ];
    }

    private static async Task<IReadOnlyList<Row>> LogAsync(Load load, CancellationToken cancellationToken)
    {
        var lines = $"seq -f 'a line of a log as builds write them, number %.0f' 1 900000 | head -c {Megabytes}000000";
        await load.World.DefineAsync("pod-log", $"{lines} > log; sha256sum < log > sum; echo $EPOCHREALTIME > began; cat log began sum", cancellationToken);
        var runId = await load.StartAsync("pod-log", cancellationToken);
        await load.EndAsync(runId, cancellationToken);
        var ended = load.NowMs();
        var log = await load.World.Server.Http.GetByteArrayAsync($"openapi/runs/{runId}/log?step=script", cancellationToken);
        var bytes = log.AsMemory(0, Megabytes * 1_000_000);
        // After the bytes the script says when it began to write them, and what their sum is.
        var told = Encoding.ASCII.GetString(log.AsSpan(bytes.Length)).Split((char[])['\n', ' '], StringSplitOptions.RemoveEmptyEntries);
        var seconds = (ended - (double.Parse(told[0], CultureInfo.InvariantCulture) * 1000)) / 1000;
        return
        [
            new($"a log of {Megabytes} MB from a pod: its first byte written → its end at a follower", Text.Of(Megabytes / seconds, "MB/s")),
            Row.AtMost("… its SHA-256 differs from what the script wrote", Convert.ToHexStringLower(SHA256.HashData(bytes.Span)) == told[1] ? 0 : 1, "", 0, 0),
        ];
    }
}
