using System.Threading.Channels;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Kubernetes.Connections;
using Kiln.Server.Kubernetes.Manifests;
using Kiln.Server.Kubernetes.Objects;
using Kiln.Server.Kubernetes.Watching;
using Kiln.Server.Queue;
using Kiln.Server.Queue.Hosts;
using Kiln.Server.Queue.Pods;

namespace Kiln.Server.Kubernetes.Driving;

/// <summary>
/// Drives one cluster: takes its runs from the queue, makes their Jobs, watches their pods, and clears up behind them. One server
/// does it at a time; what it does is bound to leases and their fences, so that two at once would do no harm. Everything is decided
/// in one loop, which takes one piece of news after the other; calls to the cluster are made beside it.
/// </summary>
internal sealed partial class ClusterDriver(
    ClusterTarget target, DriverWorld world, LeaseDesk desk, PodHearing hearing, DriverTelemetry telemetry)
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    // How often it is asked whether this server still drives the cluster, and what other servers have heard.
    private const int TicksOfDuty = 5;

    // How often what nobody wants any more is looked for.
    private const int TicksOfSweep = 600;

    // For the containers of an ended run to end by themselves: a pod that has completed goes faster than one that is killed.
    private static readonly TimeSpan Completion = TimeSpan.FromSeconds(10);

    private const int CallsAtOnce = 16;

    private readonly TimeProvider _time = telemetry.Time;
    private readonly PodJudge _judge = new(target.Name, world, desk, hearing, telemetry);
    private readonly Dictionary<LeaseKey, PodCase> _cases = [];
    private readonly Channel<DriverNews> _news = Channel.CreateUnbounded<DriverNews>(new UnboundedChannelOptions { SingleReader = true });
    private readonly AgentInfo _agent = ClusterAgent.Of(target.Id, target.Name, world.Options.PodCapacity);
    private bool _hasListed;
    private bool _isSweepDue;
    private int _ticks;

    /// <summary>Drives until cancelled, or until another server does.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!await desk.HoldAsync(target.Id, cancellationToken))
        {
            return;
        }
        Log.Drives(telemetry.Logger, target.Name, target.Namespace);
        using var api = new KubernetesApi(KubernetesHttp.Create(target.Connection), target.Namespace) { Asks = telemetry.Asks };
        using var calls = new SemaphoreSlim(CallsAtOnce);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var bell = world.Bells.Take(_agent.AgentId, [Needs.OfCluster(target.Name)]);
        var hands = new DriverHands(new PodMaker(api, target.Name), world.Owner, calls, _news.Writer);
        List<Task> pumps = [];
        try
        {
            await desk.OfferAsync(target.Id, target.Name, stop.Token);
            await LookAsync(bell, hands, [], stop.Token);
            pumps =
            [
                PumpAsync(new ObjectWatch<Pod>(
                    api, Resources.Pods, KubernetesJson.Default.PodLine, PodNames.Selector(world.Owner), _time).RunAsync(stop.Token),
                    static news => new DriverNews.OfPods(news)),
                PumpAsync(new ObjectWatch<ClusterEvent>(
                    api, Resources.Events, KubernetesJson.Default.ClusterEventLine, selector: "", _time).RunAsync(stop.Token),
                    static news => new DriverNews.OfEvents(news)),
                RingAsync(bell, stop.Token),
                TickAsync(stop.Token),
                LoopAsync(bell, hands, api, stop.Token),
            ];
            hands.Sweep(api, stop.Token);
            // None ends by itself but the loop: whichever does first ends the drive.
            await await Task.WhenAny(pumps);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(pumps).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await hands.RestAsync();
            world.Bells.Return(_agent.AgentId, bell);
        }
    }

    private async Task LoopAsync(Bell bell, DriverHands hands, KubernetesApi api, CancellationToken cancellationToken)
    {
        var touched = new HashSet<LeaseKey>();
        while (await _news.Reader.WaitToReadAsync(cancellationToken))
        {
            touched.Clear();
            var (isRung, isTick) = (false, false);
            // What has come together is judged together: a pod that starts is one change, not ten.
            while (_news.Reader.TryRead(out var news))
            {
                isRung |= news is DriverNews.Rung;
                isTick |= news is DriverNews.Ticked;
                await TakeAsync(news, touched, cancellationToken);
            }
            if (isTick)
            {
                telemetry.Clock.Look();
            }
            if (isTick && ++_ticks % TicksOfDuty == 0 && !await LookAfterDutyAsync(cancellationToken))
            {
                Log.Gone(telemetry.Logger, target.Name);
                return;
            }
            if (isTick && (_ticks % TicksOfSweep == 0 || (_isSweepDue && _ticks % TicksOfDuty == 0)))
            {
                _isSweepDue = false;
                hands.Sweep(api, cancellationToken);
            }
            if (isRung)
            {
                await LookAsync(bell, hands, touched, cancellationToken);
            }
            // Periods pass for every case, all else only for those that something is known of anew.
            foreach (var one in isTick ? [.. _cases.Values] : Cases(touched))
            {
                await SeeToAsync(one, hands, cancellationToken);
            }
        }
    }

    private List<PodCase> Cases(HashSet<LeaseKey> keys)
    {
        var cases = new List<PodCase>(keys.Count);
        foreach (var key in keys)
        {
            if (_cases.TryGetValue(key, out var one))
            {
                cases.Add(one);
            }
        }
        return cases;
    }

    // Takes what waits, and squares what is driven with the leases there are.
    private async Task LookAsync(Bell bell, DriverHands hands, HashSet<LeaseKey> touched, CancellationToken cancellationToken)
    {
        TakenLeases taken;
        do
        {
            var rungFor = bell.TakeWork();
            taken = await desk.TakeAsync(_agent, cancellationToken);
            bell.HasRoom(taken.Room);
            foreach (var lease in taken.Leases)
            {
                var one = _cases[lease.Key] = new PodCase(lease.Key, _time) { QueuedAt = Now() };
                hands.Make(one, () => Task.FromResult<PodOrder?>(OrderOf(lease)), cancellationToken);
            }
            if (taken.Room == 0 && taken.Leases.Count < rungFor.Count)
            {
                world.Bells.HandOn(rungFor);
            }
        }
        while (taken is { Room: > 0, Leases.Count: > 0 });

        var active = await desk.OfClusterAsync(target.Id, cancellationToken);
        foreach (var lease in active)
        {
            if (!_cases.TryGetValue(lease.Key, out var one) || one.HasEnded)
            {
                one = await AdoptAsync(lease, one, cancellationToken);
                touched.Add(lease.Key);
            }
            if (one.Take(lease))
            {
                touched.Add(lease.Key);
            }
        }
        var keys = active.Select(static lease => lease.Key).ToHashSet();
        foreach (var one in _cases.Values.Where(one => !one.HasEnded && !keys.Contains(one.Key)))
        {
            one.End(endsByItself: true);
            touched.Add(one.Key);
        }
    }

    // A lease of an earlier driver. One that has begun has its objects; they are not made anew, or its script would run twice.
    private async Task<PodCase> AdoptAsync(ActiveLease lease, PodCase? earlier, CancellationToken cancellationToken)
    {
        var attempt = await desk.FindAsync(lease.Key, cancellationToken);
        var one = _cases[lease.Key] = new PodCase(lease.Key, _time)
        {
            QueuedAt = attempt?.State.QueuedAt ?? Now(),
            IsBegun = lease.IsReported,
            IsMade = lease.IsReported,
        };
        if (earlier?.Pod is { } pod)
        {
            one.See(pod, earlier.IsPodGone);
        }
        else if (_hasListed && one.IsBegun)
        {
            one.Miss();
        }
        return one;
    }

    private async Task<bool> LookAfterDutyAsync(CancellationToken cancellationToken)
    {
        foreach (var pod in await desk.HeardElsewhereAsync(cancellationToken))
        {
            hearing.Refresh(pod.Key, pod.HeardAt);
        }
        return await desk.HoldAsync(target.Id, cancellationToken);
    }

    private async Task SeeToAsync(PodCase one, DriverHands hands, CancellationToken cancellationToken)
    {
        if (!one.HasEnded)
        {
            await _judge.JudgeAsync(one, cancellationToken);
        }
        if (one.IsBusy || _time.GetTimestamp() < one.NextTry)
        {
            return;
        }
        if (one.HasEnded)
        {
            if (one is { EndsByItself: false } or { Pod: null } or { IsPodGone: true } || one.Pod.Status.Phase is "Succeeded" or "Failed" or "Pending"
                || one.Elapsed(one.EndedSince, Completion))
            {
                hands.Remove(one, cancellationToken);
            }
        }
        else if (!one.IsMade)
        {
            hands.Make(one, () => OrderAsync(one.Key, cancellationToken), cancellationToken);
        }
    }

    private async Task TakeAsync(DriverNews news, HashSet<LeaseKey> touched, CancellationToken cancellationToken)
    {
        switch (news)
        {
            case DriverNews.OfPods pods:
                await PodsAsync(pods.News, touched, cancellationToken);
                break;
            case DriverNews.OfEvents events:
                Hear(events.News, touched);
                break;
            case DriverNews.Made made when _cases.TryGetValue(made.Key, out var one):
                touched.Add(made.Key);
                one.IsBusy = false;
                await MadeAsync(one, made.Outcome, cancellationToken);
                break;
            case DriverNews.Removed removed when _cases.TryGetValue(removed.Key, out var one):
                one.IsBusy = false;
                await RemovedAsync(one, removed.IsGone, cancellationToken);
                break;
            case DriverNews.Found found:
                // A cluster that was away has told nothing: it is asked again soon.
                _isSweepDue |= found.Pods is null;
                await FoundAsync(found.Keys, touched, cancellationToken);
                await CloseLogsAsync(found, cancellationToken);
                break;
            default:
                break;
        }
    }

    private async Task PodsAsync(WatchNews<Pod> news, HashSet<LeaseKey> touched, CancellationToken cancellationToken)
    {
        switch (news)
        {
            case WatchNews<Pod>.Listed { All: var all }:
                Stands(ClusterStanding.Ready, "");
                // A Job that lost its pod may have made another: the older one is the run's.
                foreach (var pod in all.OrderBy(static pod => pod.Metadata.CreationTimestamp))
                {
                    await SeeAsync(pod, isGone: false, touched, cancellationToken);
                }
                var there = all.Select(static pod => pod.Metadata.Uid).ToHashSet();
                foreach (var one in _cases.Values)
                {
                    // Gone while nobody watched; one that has begun and has no pod in the first list had one.
                    if (one.Pod is { } known ? !there.Contains(known.Metadata.Uid) : one.IsBegun && !_hasListed)
                    {
                        one.Miss();
                        touched.Add(one.Key);
                    }
                }
                _hasListed = true;
                break;
            case WatchNews<Pod>.Changed { Object: var pod }:
                await SeeAsync(pod, isGone: false, touched, cancellationToken);
                break;
            case WatchNews<Pod>.Gone { Object: var pod }:
                await SeeAsync(pod, isGone: true, touched, cancellationToken);
                break;
            case WatchNews<Pod>.Interrupted { Message: var message }:
                Stands(ClusterStanding.Unreachable, PodMaker.UnreachableWords(target.Name, message));
                break;
            default:
                throw new InvalidOperationException("A kind of news is missing here.");
        }
    }

    private async Task SeeAsync(Pod pod, bool isGone, HashSet<LeaseKey> touched, CancellationToken cancellationToken)
    {
        if (PodNames.KeyOf(pod.Metadata) is not { } key || !_cases.TryGetValue(key, out var one))
        {
            return;
        }
        var isNew = one.Pod is null;
        if (!one.See(pod, isGone))
        {
            return;
        }
        touched.Add(key);
        if (isNew && !one.HasEnded)
        {
            await desk.PlacedAsync(key, $"{target.Name}/{pod.Metadata.Name}", cancellationToken);
        }
    }

    private void Hear(WatchNews<ClusterEvent> news, HashSet<LeaseKey> touched)
    {
        IReadOnlyList<ClusterEvent> said = news switch
        {
            WatchNews<ClusterEvent>.Listed { All: var all } =>
                [.. all.OrderBy(static one => one.LastTimestamp ?? one.EventTime ?? one.Metadata.CreationTimestamp)],
            WatchNews<ClusterEvent>.Changed { Object: var one } => [one],
            _ => [],
        };
        foreach (var one in said)
        {
            if (one.InvolvedObject.Kind == "PersistentVolumeClaim")
            {
                foreach (var waiting in _cases.Values.Where(known => known.Mounts(one.InvolvedObject.Name)))
                {
                    waiting.Hear(one);
                    touched.Add(waiting.Key);
                }
            }
            else if (one.InvolvedObject.Kind is "Pod" or "Job" && PodNames.KeyOfName(one.InvolvedObject.Name) is { } key
                && _cases.TryGetValue(key, out var known))
            {
                known.Hear(one);
                touched.Add(key);
            }
        }
    }

    private async Task MadeAsync(PodCase one, Making outcome, CancellationToken cancellationToken)
    {
        switch (outcome)
        {
            case Making.Made made:
                (one.IsMade, one.IsOwned, one.Delay) = (true, made.IsOwned, null);
                one.Pauses.Reset();
                Stands(ClusterStanding.Ready, "");
                break;
            case Making.Later later:
                one.Delay = later;
                one.NextTry = After(one.Pauses.Next());
                if (later.Reason == RunReason.ClusterUnreachable)
                {
                    Stands(ClusterStanding.Unreachable, later.Message);
                }
                break;
            case Making.Refused refused when !one.HasEnded:
                await _judge.RefuseAsync(one, refused.Message, cancellationToken);
                break;
            default:
                break;
        }
    }

    private async Task RemovedAsync(PodCase one, bool isGone, CancellationToken cancellationToken)
    {
        if (!isGone)
        {
            one.NextTry = After(one.Pauses.Next());
            return;
        }
        _cases.Remove(one.Key);
        hearing.Forget(one.Key);
        await desk.ForgetAsync(one.Key, cancellationToken);
        if (one.IsLeftOver)
        {
            telemetry.Swept(target.Name, one.Key);
        }
    }

    // What has no lease was left by a driver that died between an end and its clearing up.
    private async Task FoundAsync(IReadOnlyCollection<LeaseKey> keys, HashSet<LeaseKey> touched, CancellationToken cancellationToken)
    {
        var unknown = keys.Where(key => !_cases.ContainsKey(key)).ToList();
        if (unknown.Count == 0)
        {
            return;
        }
        var active = (await desk.OfClusterAsync(target.Id, cancellationToken)).Select(static lease => lease.Key).ToHashSet();
        foreach (var key in unknown.Where(key => !active.Contains(key)))
        {
            var one = _cases[key] = new PodCase(key, _time) { IsLeftOver = true };
            one.End();
            touched.Add(key);
        }
    }

    // While its pod is there, on a node that is away perhaps, a run's true end may still come with the rest of its log.
    private async Task CloseLogsAsync(DriverNews.Found found, CancellationToken cancellationToken)
    {
        if (found.Pods is not { } pods)
        {
            return;
        }
        foreach (var key in await desk.OpenLogsAsync(target.Id, cancellationToken))
        {
            if (!pods.Contains(key) && !_cases.ContainsKey(key))
            {
                await desk.CloseLogAsync(key, cancellationToken);
            }
        }
    }

    private async Task<PodOrder?> OrderAsync(LeaseKey key, CancellationToken cancellationToken) =>
        await desk.MaterialAsync(key, cancellationToken) is { } lease ? OrderOf(lease) : null;

    private PodOrder OrderOf(Lease lease) => new()
    {
        Key = lease.Key,
        Token = lease.Token,
        Plan = lease.Spec.Plan,
        Secrets = lease.Spec.Secrets,
        GraceSeconds = lease.Spec.GraceSeconds,
        Place = new PodPlace
        {
            Owner = world.Owner,
            Namespace = target.Namespace,
            ServerUrl = world.ServerUrl,
            AgentImage = world.Options.PodImage,
            Strategies = target.Strategies,
            Cache = target.Cache,
        },
    };

    private void Stands(ClusterStanding standing, string message)
    {
        if (world.Roster.Find(target.Name)?.Standing != standing)
        {
            var level = standing == ClusterStanding.Ready ? LogLevel.Information : LogLevel.Warning;
            Log.Stands(telemetry.Logger, level, target.Name, standing, message);
        }
        world.Roster.Note(new ClusterPresence(target.Name, standing, message));
    }

    private async Task PumpAsync<T>(IAsyncEnumerable<T> source, Func<T, DriverNews> wrap)
    {
        await foreach (var one in source)
        {
            _news.Writer.TryWrite(wrap(one));
        }
    }

    private async Task RingAsync(Bell bell, CancellationToken cancellationToken)
    {
        while (true)
        {
            // The bell has no end of its own to wait for.
            if (await bell.WaitAsync(TimeSpan.FromHours(1), _time, cancellationToken))
            {
                _news.Writer.TryWrite(new DriverNews.Rung());
            }
        }
    }

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Tick, _time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            _news.Writer.TryWrite(new DriverNews.Ticked());
        }
    }

    private long After(TimeSpan pause) => _time.GetTimestamp() + (long)(pause.TotalSeconds * _time.TimestampFrequency);

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Cluster {Cluster} is driven from here; its pods go to namespace {Namespace}.")]
        public static partial void Drives(ILogger logger, string cluster, string @namespace);

        [LoggerMessage(Level = LogLevel.Information, Message = "Cluster {Cluster} is driven by another server from now on.")]
        public static partial void Gone(ILogger logger, string cluster);

        [LoggerMessage(Message = "Cluster {Cluster} is {Standing}. {Why}")]
        public static partial void Stands(ILogger logger, LogLevel level, string cluster, ClusterStanding standing, string why);
    }
}
