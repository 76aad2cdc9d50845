using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Kiln.Bench.Measures;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Tests.Fixtures;

namespace Kiln.Bench.Worlds;

/// <summary>
/// The pods of a server's runs on simulated nodes: each makes the calls of the container <c>kiln</c>, says a line, and stays alive until it is
/// let go.
/// </summary>
/// <param name="server">Where the pods call.</param>
/// <param name="api">The cluster, a control plane without nodes.</param>
/// <param name="waits">Says what is waited for.</param>
/// <param name="time">Clock.</param>
internal sealed class SimulatedPods(Uri server, ClusterApi api, Waits waits, TimeProvider time) : IDisposable
{
    private const int Nodes = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private static readonly ReadOnlyMemory<byte> Log = "hi\n"u8.ToArray();

    private readonly HttpClient _server = new() { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
    private readonly CancellationTokenSource _broken = new();
    private readonly List<SimulatedNode> _nodes = [];
    private TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _failure;
    private int _begun;
    private int _ended;

    /// <summary>How many have told the server that they began.</summary>
    public int Begun => Volatile.Read(ref _begun);

    /// <summary>How many ends the server has taken.</summary>
    public int Ended => Volatile.Read(ref _ended);

    /// <summary>How many have gone from the cluster.</summary>
    public int Gone => _nodes.Sum(static node => node.Gone);

    /// <summary>Registers the nodes; the inner task is theirs, and ends when they are told to stop or cannot go on.</summary>
    public async Task<Task> StartAsync(CancellationToken cancellationToken)
    {
        _nodes.AddRange(Enumerable.Range(1, Nodes).Select(number => new SimulatedNode(api, $"simulated-{number}", LiveAsync, time)));
        await ForAsync($"{Nodes} simulated nodes register", limited => Task.WhenAll(_nodes.Select(node => node.RegisterAsync(limited))), cancellationToken);
        var kubelets = KeepAsync(cancellationToken);
        await ForAsync("the simulated nodes are ready", limited => Task.WhenAll(_nodes.Select(node => node.ReadyAsync(limited))), cancellationToken);
        return kubelets;
    }

    /// <summary>Pods that begin from now on stay alive.</summary>
    public void Hold() => _release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>All pods end, and those to come at once.</summary>
    public void Release() => _release.TrySetResult();

    /// <summary>Waits until something is so of them.</summary>
    /// <exception cref="MeasureFailedException">It was not in time, or a node cannot go on.</exception>
    public Task UntilAsync(string what, Func<bool> isSo, CancellationToken cancellationToken) => ForAsync(
        what,
        async limited =>
        {
            using var timer = new PeriodicTimer(Look, time);
            while (!isSo())
            {
                await timer.WaitForNextTickAsync(limited);
            }
        },
        cancellationToken);

    /// <summary>Waits for what needs the nodes.</summary>
    /// <exception cref="MeasureFailedException">It did not end in time, or a node cannot go on.</exception>
    public async Task ForAsync(string what, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _broken.Token);
        try
        {
            await waits.ForAsync(what, Patience, work, either.Token);
        }
        catch (OperationCanceledException cancelled) when (_failure is { } failure)
        {
            throw new MeasureFailedException($"{what}: a simulated node cannot go on: {failure.Message}", cancelled);
        }
    }

    public void Dispose()
    {
        _server.Dispose();
        _broken.Dispose();
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

    // As the container does: the spec, that it has begun, a heartbeat that is held, the end with the log. A pod of no run does nothing.
    private async Task LiveAsync(JsonNode pod, string? token, CancellationToken cancellationToken)
    {
        if (token is null)
        {
            return;
        }
        var voice = new RunnerVoice(_server, KeyOf(pod), token, (string)pod["metadata"]!["name"]!);
        if (await voice.SpecAsync(cancellationToken) is not (HttpStatusCode.OK, _))
        {
            throw new HttpRequestException($"The server refuses the lease of {voice.Key}.");
        }
        var events = RunnerVoice.Passed(Log.Length);
        await SayAsync(voice, events[..2], default, cancellationToken);
        Interlocked.Increment(ref _begun);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var heartbeats = BeatAsync(voice, ending.Token);
        await _release.Task.WaitAsync(cancellationToken);
        await SayAsync(voice, events[2..], Log, cancellationToken);
        Interlocked.Increment(ref _ended);
        await ending.CancelAsync();
        await heartbeats.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
}
