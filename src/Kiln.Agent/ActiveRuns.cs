using System.Collections.Concurrent;
using System.Net.Sockets;
using Kiln.Agent.Polling;
using Kiln.Contracts.Protocol;
using Kiln.Runner;
using Kiln.Runner.Spawning;
using Kiln.Runner.Workspaces;
using Microsoft.Extensions.Logging;

namespace Kiln.Agent;

/// <summary>
/// The attempts an agent works on, from lease or adoption to the delivered end. What is in here is what a poll says the
/// agent holds.
/// </summary>
internal sealed partial class ActiveRuns(
    RunnerPlace place, string root, IAgentServer server, ILogger logger) : IDisposable
{
    private readonly ConcurrentDictionary<LeaseKey, ActiveRun> _runs = [];
    private readonly CancellationTokenSource _detach = new();

    /// <summary>Every attempt in work, also one whose lease is still being asked for.</summary>
    public IReadOnlyList<LeaseKey> Holding => [.. _runs.Keys];

    /// <summary>Begins a leased attempt; a lease that is in work already is ignored.</summary>
    public void Start(Lease lease) =>
        Add(lease.Key, active => RunAsync(active, lease, isAdopted: false));

    /// <summary>Goes on with what an earlier agent left in the directory.</summary>
    public void AdoptAll()
    {
        Directory.CreateDirectory(root);
        var adopted = new List<(LeaseNote Note, RunDirectory Directory)>();
        foreach (var path in Directory.EnumerateDirectories(root))
        {
            var directory = new RunDirectory(path);
            if (directory.ReadLease() is { } note)
            {
                adopted.Add((note, directory));
            }
            else
            {
                directory.Remove();
            }
        }
        // An attempt that goes on in another's workspace finds that other one at work, see LeftByEarlierAsync.
        foreach (var (note, directory) in adopted.OrderBy(static one => one.Note.Attempt))
        {
            Log.Adopting(logger, note.RunId);
            Add(note.Key, active => AdoptAsync(active, note, directory));
        }
    }

    /// <summary>Passes an order on; for an attempt that is not in work it is void.</summary>
    public void Stop(StopOrder order)
    {
        if (_runs.TryGetValue(order.Key, out var active))
        {
            active.Stop(order);
        }
    }

    /// <summary>Stops every attempt and waits until their ends are delivered, or until <paramref name="patience"/> says
    /// that the server will not hear of it any more.</summary>
    public async Task StopAllAsync(string cause, CancellationToken patience)
    {
        foreach (var (key, active) in _runs)
        {
            active.Stop(new StopOrder(key, cause, ""));
        }
        try
        {
            await Task.WhenAll(_runs.Values.Select(static active => active.Work)).WaitAsync(patience);
        }
        catch (OperationCanceledException)
        {
            // The next agent in this directory delivers the rest.
        }
    }

    /// <summary>Lets go of every attempt: exec goes on with them.</summary>
    public async Task DetachAsync()
    {
        await _detach.CancelAsync();
        await Task.WhenAll(_runs.Values.Select(static active => active.Work));
    }

    public void Dispose() => _detach.Dispose();

    private void Add(LeaseKey key, Func<ActiveRun, Task> work)
    {
        var active = new ActiveRun();
        if (_runs.TryAdd(key, active))
        {
            active.Work = Task.Run(async () =>
            {
                try
                {
                    await work(active);
                }
                finally
                {
                    _runs.TryRemove(key, out _);
                }
            });
        }
    }

    private async Task AdoptAsync(ActiveRun active, LeaseNote note, RunDirectory directory)
    {
        var key = note.Key;
        var backoff = new Backoff(place.Clock);
        while (!_detach.IsCancellationRequested)
        {
            try
            {
                switch (await server.SpecAsync(key, _detach.Token))
                {
                    case AgentCall<Lease>.Answered answered:
                        await (note.IsOfEarlierBoot && !AttemptRunner.HasWholeEnd(directory, place.Clock)
                            ? EndWithItsMachineAsync(active, answered.Reply)
                            : RunAsync(active, answered.Reply, isAdopted: true));
                        return;
                    case AgentCall<Lease>.Stale:
                        Log.Abandoned(logger, key.RunId);
                        await AbandonAsync(key, directory);
                        return;
                    default:
                        await backoff.WaitAsync(_detach.Token);
                        break;
                }
            }
            catch (OperationCanceledException) when (_detach.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task RunAsync(ActiveRun active, Lease lease, bool isAdopted)
    {
        if (lease.Spec.ContinuesAttempt > 0)
        {
            await LeftByEarlierAsync(lease.Key);
            if (_detach.IsCancellationRequested)
            {
                // The earlier one may only have been let go. The next agent begins with it.
                return;
            }
        }
        using var runner = RunnerOf(active, lease);
        try
        {
            var end = await runner.RunAsync(isAdopted, _detach.Token);
            Log.LetGo(logger, lease.Key.RunId, end);
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            Log.Broken(logger, broken, lease.Key.RunId);
            await PersistAsync(lease.Key, () => runner.GiveUpAsync(broken, _detach.Token));
        }
    }

    private async Task EndWithItsMachineAsync(ActiveRun active, Lease lease)
    {
        using var runner = RunnerOf(active, lease);
        await PersistAsync(lease.Key, () => runner.EndWithItsMachineAsync(_detach.Token));
    }

    private AttemptRunner RunnerOf(ActiveRun active, Lease lease)
    {
        var runner = new AttemptRunner(lease, RunDirectory.Of(root, lease.Key), place, server.ServerOf(lease), logger);
        active.Attach(runner);
        return runner;
    }

    // The workspace that an attempt goes on in is its own once the earlier attempt has left it: that may still be ending its processes,
    // and removes with its directory what is not kept any more.
    private Task LeftByEarlierAsync(LeaseKey key) => Task.WhenAll(_runs
        .Where(other => other.Key.RunId == key.RunId && other.Key.Attempt < key.Attempt).Select(static other => other.Value.Work));

    private Task AbandonAsync(LeaseKey key, RunDirectory directory) => PersistAsync(
        key, () => Abandonment.EndAsync(directory, Abandonment.MarkOf(key, place.AgentId), place.Clock));

    /// <summary>Tries again while something of a run resists; what still does when the agent leaves the next one finds.</summary>
    private async Task PersistAsync(LeaseKey key, Func<Task> end)
    {
        var backoff = new Backoff(place.Clock);
        while (true)
        {
            try
            {
                await end();
                return;
            }
            catch (OperationCanceledException) when (_detach.IsCancellationRequested)
            {
                return;
            }
            catch (Exception resisted) when (resisted is IOException or UnauthorizedAccessException or SocketException)
            {
                Log.Resisted(logger, resisted, key.RunId);
            }
            try
            {
                await backoff.WaitAsync(_detach.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 230, Level = LogLevel.Information, Message = "Run {RunId} of an earlier agent is adopted")]
        public static partial void Adopting(ILogger logger, long runId);

        [LoggerMessage(EventId = 231, Level = LogLevel.Warning,
            Message = "Run {RunId} was given to another meanwhile; it is ended and removed here")]
        public static partial void Abandoned(ILogger logger, long runId);

        [LoggerMessage(EventId = 232, Level = LogLevel.Debug, Message = "Run {RunId}: {End}")]
        public static partial void LetGo(ILogger logger, long runId, RunnerEnd end);

        [LoggerMessage(EventId = 233, Level = LogLevel.Error, Message = "Run {RunId} cannot be held any longer and is ended")]
        public static partial void Broken(ILogger logger, Exception exception, long runId);

        [LoggerMessage(EventId = 234, Level = LogLevel.Warning,
            Message = "What is left of run {RunId} cannot be removed yet; it is tried again")]
        public static partial void Resisted(ILogger logger, Exception exception, long runId);
    }
}
