using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Kiln.Bench.Worlds;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;
using Kiln.Tests.Fixtures;

namespace Kiln.Bench.Measures;

/// <summary>
/// Runs in pods that are simulated: no container runs. API server, etcd, scheduler and controllers are real; nodes, kubelets and what the
/// container <c>kiln</c> says to the server are <see cref="SimulatedNode"/>'s and this measure's. So it measures the server, not a node.
/// </summary>
internal static class SimulatedPodMeasure
{
    private const string Build = "pod-simulated";
    private const int Nodes = 2;
    private const int Runs = 500;
    private const int WarmUp = 50;
    private const int Alive = 500;
    private const int Clients = 4;
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Start = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Whole = TimeSpan.FromMinutes(10);
    private static readonly ReadOnlyMemory<byte> Log = "hi\n"u8.ToArray();

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
        using var api = new ClusterApi(cluster);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stage = new Stage(new Load(world, time), api, waits, time);
        var nodes = await stage.AddNodesAsync(stopping);
        foreach (var measure in (IEnumerable<Func<Task<IReadOnlyList<Row>>>>)
            [() => stage.FlowAsync(cancellationToken), () => stage.AliveAsync(cancellationToken)])
        {
            foreach (var row in await measure())
            {
                yield return row;
            }
        }
        await stopping.CancelAsync();
        await nodes.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private sealed class Stage(Load load, ClusterApi api, Waits waits, TimeProvider time)
    {
        private readonly HttpClient _toServer = new() { BaseAddress = load.World.Server.Address, Timeout = Timeout.InfiniteTimeSpan };
        private readonly List<SimulatedNode> _nodes = [];
        private TaskCompletionSource _mayEnd = new();
        private CancellationTokenSource _broken = new();
        private Exception? _failure;
        private int _begun;
        private int _ended;

        private int Server => load.World.Server.ProcessId;

        /// <summary>Adds the nodes; the task ends when one cannot go on, or when they are told to stop.</summary>
        public async Task<Task> AddNodesAsync(CancellationTokenSource stopping)
        {
            for (var i = 1; i <= Nodes; i++)
            {
                _nodes.Add(new SimulatedNode(api, $"simulated-{i}", LiveAsync, time));
            }
            await waits.ForAsync(
                $"{Nodes} simulated nodes register", Start, limited => Task.WhenAll(_nodes.Select(node => node.RegisterAsync(limited))), stopping.Token);
            var kubelets = KeepAsync(stopping.Token);
            await ForAsync("the simulated nodes are ready", limited => Task.WhenAll(_nodes.Select(node => node.ReadyAsync(limited))), stopping.Token);
            return kubelets;
        }

        /// <summary>Many runs that end at once.</summary>
        public async Task<IReadOnlyList<Row>> FlowAsync(CancellationToken cancellationToken)
        {
            await load.World.DefineAsync(Build, "true", cancellationToken);
            _mayEnd.TrySetResult();
            await BurstAsync(WarmUp, "to warm up", cancellationToken);
            var before = (Processor: Footprint.Processor(Server), Asked: await AskedAsync(cancellationToken), All: await api.RequestsAsync(cancellationToken));
            var (ended, gone) = await BurstAsync(Runs, "all started at once", cancellationToken);
            var each = (Footprint.Processor(Server) - before.Processor).TotalMilliseconds / Runs;
            var asked = (await AskedAsync(cancellationToken)).Select(now => (now.Key, Value: (now.Value - before.Asked.GetValueOrDefault(now.Key)) / Runs))
                .Where(static one => one.Value >= 0.005).OrderByDescending(static one => one.Value).ToList();
            var all = (await api.RequestsAsync(cancellationToken) - before.All) / Runs;
            return
            [
                Row.AtLeast($"{Runs} runs at once in simulated pods (no container runs)", Runs / ended, "runs/s", 25, 50),
                new("… until the last of their objects has gone from the cluster", Text.Of(Runs / gone, "runs/s")),
                Row.AtMost("… errors", Runs + WarmUp - await load.CountAsync(Build, RunStatus.Passed, cancellationToken), "", 0, 0),
                new("… server's CPU for a run", Text.Of(each, "ms")),
                new("… the server's requests to the API server for a run", asked.Count == 0
                    ? "not told by this server"
                    : $"{Text.Of(asked.Sum(static one => one.Value), "")}: {string.Join(", ", asked.Select(static one => $"{one.Key} {Text.Of(one.Value, "")}"))}"),
                new("… requests of everybody (controllers, scheduler, simulated kubelets too)", Text.Of(all, "")),
            ];
        }

        /// <summary>Many that are there at once and say nothing.</summary>
        public async Task<IReadOnlyList<Row>> AliveAsync(CancellationToken cancellationToken)
        {
            var idle = (Rss: Footprint.Memory(Server), Anonymous: Footprint.Anonymous(Server));
            _mayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var (begun, ended) = (_begun, _ended);
            await StartAsync(Alive, cancellationToken);
            await ForAsync($"{Alive} simulated pods are alive at once", limited => UntilAsync(() => _begun - begun == Alive, limited), cancellationToken);
            var processor = Footprint.Processor(Server);
            var began = time.GetTimestamp();
            await ForAsync($"{Quiet.TotalSeconds:0} quiet seconds pass", limited => Task.Delay(Quiet, time, limited), cancellationToken);
            var load500 = (Footprint.Processor(Server) - processor) / time.GetElapsedTime(began) * 100;
            var with = (Rss: Footprint.Memory(Server), Anonymous: Footprint.Anonymous(Server));
            _mayEnd.SetResult();
            await ForAsync($"{Alive} simulated pods end", limited => UntilAsync(() => _ended - ended == Alive, limited), cancellationToken);
            return
            [
                new("server's memory (RSS) after those runs → with 500 simulated pods alive", $"{Text.Of(idle.Rss, "")} → {Text.Of(with.Rss, "MB")}"),
                new("… of it anonymous", $"{Text.Of(idle.Anonymous, "")} → {Text.Of(with.Anonymous, "MB")}"),
                new("… server's CPU while they say nothing", string.Create(CultureInfo.InvariantCulture, $"{load500:0.0} % of one core")),
            ];
        }

        // Seconds until the last end was known to the server, and until the last pod had gone.
        private async Task<(double Ended, double Gone)> BurstAsync(int runs, string why, CancellationToken cancellationToken)
        {
            var (ended, gone) = (_ended, Gone());
            var began = time.GetTimestamp();
            await StartAsync(runs, cancellationToken);
            await ForAsync($"{runs} runs in simulated pods end, {why}", limited => UntilAsync(() => _ended - ended == runs, limited), cancellationToken);
            var seconds = time.GetElapsedTime(began).TotalSeconds;
            await ForAsync("their pods go", limited => UntilAsync(() => Gone() - gone >= runs, limited), cancellationToken);
            return (seconds, time.GetElapsedTime(began).TotalSeconds);
        }

        private Task StartAsync(int runs, CancellationToken cancellationToken)
        {
            var next = 0;
            return ForAsync($"{runs} runs are started by {Clients} clients", limited => Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
            {
                while (Interlocked.Increment(ref next) <= runs)
                {
                    await load.StartAsync(Build, limited);
                }
            })), cancellationToken);
        }

        private int Gone() => _nodes.Sum(static node => node.Gone);

        // What kind of thing changes the counts is not of interest here, so they are looked at.
        private async Task UntilAsync(Func<bool> isSo, CancellationToken cancellationToken)
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20), time);
            while (!isSo())
            {
                await timer.WaitForNextTickAsync(cancellationToken);
            }
        }

        // As the container does: the spec, that it has begun, a heartbeat that is held, the end with the log.
        private async Task LiveAsync(JsonNode pod, string token, CancellationToken cancellationToken)
        {
            var voice = new RunnerVoice(_toServer, KeyOf(pod), token, (string)pod["metadata"]!["name"]!);
            if (await voice.SpecAsync(cancellationToken) is not (HttpStatusCode.OK, _))
            {
                throw new HttpRequestException($"The server refuses the lease of {voice.Key}.");
            }
            var events = RunnerVoice.Passed(Log.Length);
            await SayAsync(voice, events[..2], default, cancellationToken);
            Interlocked.Increment(ref _begun);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var heartbeat = BeatAsync(voice, ending.Token);
            await _mayEnd.Task.WaitAsync(cancellationToken);
            await SayAsync(voice, events[2..], Log, cancellationToken);
            Interlocked.Increment(ref _ended);
            await ending.CancelAsync();
            await heartbeat.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        private static async Task BeatAsync(RunnerVoice voice, CancellationToken cancellationToken)
        {
            var heard = 0;
            while (await voice.HeartbeatAsync(heard, cancellationToken) is (HttpStatusCode.OK, { } reply))
            {
                heard += reply.Notices.Count;
            }
        }

        private static async Task SayAsync(RunnerVoice voice, RunEvent[] events, ReadOnlyMemory<byte> log, CancellationToken cancellationToken)
        {
            if (await voice.ReportAsync(0, log, events, cancellationToken) is null)
            {
                throw new HttpRequestException($"The server refuses a report of {voice.Key}.");
            }
        }

        private static LeaseKey KeyOf(JsonNode pod)
        {
            var labels = pod["metadata"]!["labels"]!;
            return new LeaseKey(Number("kiln/run"), (int)Number("kiln/attempt"), Number("kiln/fence"));

            long Number(string label) => long.Parse((string)labels[label]!, CultureInfo.InvariantCulture);
        }

        // The server's own requests so far, by verb and resource.
        private async Task<Dictionary<string, double>> AskedAsync(CancellationToken cancellationToken)
        {
            var text = await load.World.Server.Http.GetStringAsync("metrics", cancellationToken);
            return Samples.Of(text, "kiln_cluster_requests_total")
                .ToDictionary(static sample => string.Join(' ', sample.Labels.Split('"').Where(static (_, index) => index % 2 == 1)), static sample => sample.Value);
        }

        private async Task KeepAsync(CancellationToken cancellationToken)
        {
            try
            {
                await await Task.WhenAny(_nodes.Select(node => node.RunAsync(cancellationToken)));
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                _failure = failure;
                await _broken.CancelAsync();
            }
        }

        private async Task ForAsync(string what, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _broken.Token);
            try
            {
                await waits.ForAsync(what, Whole, work, either.Token);
            }
            catch (OperationCanceledException cancelled) when (_failure is { } failure)
            {
                throw new MeasureFailedException($"{what}: a simulated node cannot go on: {failure.Message}", cancelled);
            }
        }
    }
}
