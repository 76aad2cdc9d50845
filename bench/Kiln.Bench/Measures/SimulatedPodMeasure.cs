using System.Globalization;
using System.Runtime.CompilerServices;
using Kiln.Bench.Worlds;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.Bench.Measures;

/// <summary>
/// Runs in pods that are simulated: no container runs. API server, etcd, scheduler and controllers are real; nodes, kubelets and the
/// container <c>kiln</c> are <see cref="SimulatedPods"/>. So it measures the server and not a node.
/// </summary>
internal static class SimulatedPodMeasure
{
    private const string Build = "pod-simulated";
    private const int Runs = 500;
    private const int WarmUp = 50;
    private const int Alive = 500;
    private const int Clients = 4;
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Start = TimeSpan.FromMinutes(5);

    /// <summary>Rows as they are known.</summary>
    public static async IAsyncEnumerable<Row> RunAsync(TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await KubernetesCluster.ObstacleAsync(cancellationToken) is { } obstacle)
        {
            yield return new Row("runs in simulated pods", $"not measured: {obstacle}");
            yield break;
        }
        var waits = new Waits(time, Console.Error);
        using var scratch = new Scratch();
        await using var cluster = await waits.ForAsync(
            "a control plane without nodes starts", Start, limited => KubernetesCluster.StartAsync(scratch, nodes: 0, limited), cancellationToken);
        await using var world = await World.StartAsync(
            new WorldOptions { Cluster = cluster, ServerOptions = ["--pod-capacity", $"{2 * Alive}"] }, cancellationToken);
        await world.DefineAsync(Build, "true", cancellationToken);
        using var api = new ClusterApi(cluster);
        using var pods = new SimulatedPods(world.Server.Address, api, waits, time);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var nodes = await pods.StartAsync(stopping.Token);
        var load = new Load(world, time);
        foreach (var measure in (IEnumerable<Func<Task<IReadOnlyList<Row>>>>)
            [() => FlowAsync(load, pods, api, cancellationToken), () => AliveAsync(load, pods, cancellationToken)])
        {
            foreach (var row in await measure())
            {
                yield return row;
            }
        }
        await stopping.CancelAsync();
        await nodes.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // Many runs that end as soon as they have begun.
    private static async Task<IReadOnlyList<Row>> FlowAsync(Load load, SimulatedPods pods, ClusterApi api, CancellationToken cancellationToken)
    {
        var server = load.World.Server.ProcessId;
        pods.Release();
        await BurstAsync(load, pods, WarmUp, cancellationToken);
        var (processor, asked, all) = (Footprint.Processor(server), await AskedAsync(load, cancellationToken), await api.RequestsAsync(cancellationToken));
        var (ended, gone) = await BurstAsync(load, pods, Runs, cancellationToken);
        var asking = await api.RequestsAsync(cancellationToken);
        var each = (Footprint.Processor(server) - processor).TotalMilliseconds / Runs;
        var kinds = (await AskedAsync(load, cancellationToken))
            .Select(now => (now.Key, Figure: (now.Value - asked.GetValueOrDefault(now.Key)) / Runs))
            .Where(static kind => kind.Figure >= 0.005).OrderByDescending(static kind => kind.Figure).ToList();
        var bare = await BareAsync(load, pods, api, cancellationToken);
        return
        [
            Row.AtLeast($"{Runs} runs at once in simulated pods (no container runs)", Runs / ended, "runs/s", 25, 50),
            new("… until the last of their pods has gone from the cluster", Text.Of(Runs / gone, "runs/s")),
            new($"{Runs} bare Jobs of that shape in simulated pods, without Kiln", Text.Of(Runs / bare, "Jobs/s")),
            new("… runs/s over that", Text.Of(bare / ended, "×")),
            Row.AtMost("… that did not pass", Runs + WarmUp - await load.CountAsync(Build, RunStatus.Passed, cancellationToken), "", 0, 0),
            new("… server's CPU for a run", Text.Of(each, "ms")),
            new("… the server's requests to the API server for a run", kinds.Count == 0
                ? "this server does not count them"
                : $"{Text.Of(kinds.Sum(static kind => kind.Figure), "")}: {string.Join(", ", kinds.Select(static kind => $"{kind.Key} {Text.Of(kind.Figure, "")}"))}"),
            new("… requests of everybody: controllers, scheduler, simulated kubelets", Text.Of((asking - all) / Runs, "")),
        ];
    }

    // Seconds that as many Jobs take which nobody asked Kiln for.
    private static async Task<double> BareAsync(Load load, SimulatedPods pods, ClusterApi api, CancellationToken cancellationToken)
    {
        var gone = pods.Gone;
        var began = load.Time.GetTimestamp();
        await pods.ForAsync(
            $"{Runs} bare Jobs begin and end", limited => new BareJobs(api).RunAsync(Runs, Clients, limited), cancellationToken);
        var seconds = load.Time.GetElapsedTime(began).TotalSeconds;
        await pods.UntilAsync("their pods go", () => pods.Gone - gone >= Runs, cancellationToken);
        return seconds;
    }

    // Many that are there at once and say nothing.
    private static async Task<IReadOnlyList<Row>> AliveAsync(Load load, SimulatedPods pods, CancellationToken cancellationToken)
    {
        var server = load.World.Server.ProcessId;
        var idle = (Whole: Footprint.Memory(server), Anonymous: Footprint.Anonymous(server));
        var (begun, ended) = (pods.Begun, pods.Ended);
        pods.Hold();
        await StartAsync(load, pods, Alive, cancellationToken);
        await pods.UntilAsync($"{Alive} simulated pods are alive at once", () => pods.Begun - begun == Alive, cancellationToken);
        var processor = Footprint.Processor(server);
        var began = load.Time.GetTimestamp();
        await pods.ForAsync($"{Quiet.TotalSeconds:0} quiet seconds pass", limited => Task.Delay(Quiet, load.Time, limited), cancellationToken);
        var busy = (Footprint.Processor(server) - processor) / load.Time.GetElapsedTime(began) * 100;
        var with = (Whole: Footprint.Memory(server), Anonymous: Footprint.Anonymous(server));
        pods.Release();
        await pods.UntilAsync($"{Alive} simulated pods end", () => pods.Ended - ended == Alive, cancellationToken);
        return
        [
            new($"server's memory (RSS) after those runs → with {Alive} simulated pods alive", $"{Text.Of(idle.Whole, "")} → {Text.Of(with.Whole, "MB")}"),
            new("… of it anonymous", $"{Text.Of(idle.Anonymous, "")} → {Text.Of(with.Anonymous, "MB")}"),
            new("… server's CPU while they say nothing", string.Create(CultureInfo.InvariantCulture, $"{busy:0.0} % of one core")),
        ];
    }

    // Seconds until the last end was known to the server, and until the last pod had gone.
    private static async Task<(double Ended, double Gone)> BurstAsync(Load load, SimulatedPods pods, int runs, CancellationToken cancellationToken)
    {
        var (ended, gone) = (pods.Ended, pods.Gone);
        var began = load.Time.GetTimestamp();
        await StartAsync(load, pods, runs, cancellationToken);
        await pods.UntilAsync($"{runs} runs in simulated pods end", () => pods.Ended - ended == runs, cancellationToken);
        var seconds = load.Time.GetElapsedTime(began).TotalSeconds;
        await pods.UntilAsync("their pods go", () => pods.Gone - gone >= runs, cancellationToken);
        return (seconds, load.Time.GetElapsedTime(began).TotalSeconds);
    }

    private static Task StartAsync(Load load, SimulatedPods pods, int runs, CancellationToken cancellationToken) => pods.ForAsync(
        $"{runs} runs are started by {Clients} clients",
        limited => Load.ByClientsAsync(runs, Clients, async (_, stopped) => await load.StartAsync(Build, stopped), limited),
        cancellationToken);

    // The server's own requests so far, by verb and resource.
    private static async Task<Dictionary<string, double>> AskedAsync(Load load, CancellationToken cancellationToken)
    {
        var text = await load.World.Server.Http.GetStringAsync("metrics", cancellationToken);
        return Samples.Of(text, "kiln_cluster_requests_total").ToDictionary(
            static sample => string.Join(' ', sample.Labels.Split('"').Where(static (_, index) => index % 2 == 1)), static sample => sample.Value);
    }
}
