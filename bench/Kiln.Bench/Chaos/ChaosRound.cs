using System.Collections.Concurrent;
using System.Globalization;
using Kiln.Contracts.Runs;

namespace Kiln.Bench.Chaos;

/// <summary>One round: the load runs, the blows fall, everything comes back, and what was promised is checked.</summary>
internal sealed class ChaosRound(ChaosWorld world, RoundPlan plan, TimeProvider time)
{
    private const int Definitions = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentBag<StartedRun> _runs = [];
    private readonly long _began = time.GetTimestamp();

    /// <summary>Plays it.</summary>
    /// <param name="earlier">Runs that the store held before.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<RoundReport> PlayAsync(int earlier, CancellationToken cancellationToken)
    {
        var blows = plan.Strikes.Select(strike => StrikeAsync(strike, cancellationToken)).ToList();
        var definitions = Enumerable.Range(0, Definitions).Select(number => DefineAsync(number, cancellationToken)).ToList();
        await Task.WhenAll(plan.Runs.Select((load, number) => RunAsync(load, number, cancellationToken)));
        var builds = await Task.WhenAll(definitions);
        var struck = await Task.WhenAll(blows);

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        var violations = new List<Violation>();
        var invariants = new Invariants(world);
        var runs = _runs.OrderBy(run => run.RunId).ToList();
        var ends = new List<RunView>(runs.Count);
        foreach (var run in runs)
        {
            ends.Add(await EndAsync(run.RunId, patience.Token, cancellationToken));
        }
        if (ends.Find(end => end.Status < RunStatus.Passed) is { } endless)
        {
            violations.Add(Invariants.Endless(endless));
            return new RoundReport(plan, struck, runs.Count, ends, violations);
        }
        await CleanAsync(invariants, patience.Token);
        violations.AddRange(invariants.CheckLeftovers());
        foreach (var end in ends)
        {
            var now = await world.Api.GetAsync(end.RunId, cancellationToken);
            if ((now.Status, now.Reason, now.ExitCode) != (end.Status, end.Reason, end.ExitCode))
            {
                violations.Add(Invariants.Changed(end, now));
            }
        }
        violations.AddRange(await invariants.CheckAsync(runs, builds, earlier + runs.Count, cancellationToken));
        return new RoundReport(plan, struck, runs.Count, ends, violations);
    }

    private async Task RunAsync(LoadRun load, int number, CancellationToken cancellationToken)
    {
        await AtAsync(load.AtMs, cancellationToken);
        var runId = await world.Api.StartAsync(load, string.Create(CultureInfo.InvariantCulture, $"{plan.Seed}-{number}"), cancellationToken);
        var isCancelled = false;
        if (load.CancelAfterMs is { } wait)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(wait), time, cancellationToken);
            isCancelled = await world.Api.CancelAsync(runId, cancellationToken);
        }
        _runs.Add(new StartedRun(runId, load, isCancelled));
    }

    private async Task<string> DefineAsync(int number, CancellationToken cancellationToken)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"defined-{plan.Seed}-{number}");
        await AtAsync(plan.Strikes[0].AtMs + (100 * number), cancellationToken);
        await world.Api.DefineAsync(name, cancellationToken);
        return name;
    }

    private async Task<string> StrikeAsync(Strike strike, CancellationToken cancellationToken)
    {
        await AtAsync(strike.AtMs, cancellationToken);
        return $"{strike.AtMs} ms: {await world.StrikeAsync(strike, cancellationToken)}";
    }

    private async Task AtAsync(int ms, CancellationToken cancellationToken)
    {
        var wait = TimeSpan.FromMilliseconds(ms) - time.GetElapsedTime(_began);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, cancellationToken);
        }
    }

    private async Task<RunView> EndAsync(long runId, CancellationToken patience, CancellationToken cancellationToken)
    {
        while (true)
        {
            var view = await world.Api.GetAsync(runId, cancellationToken);
            if (view.Status >= RunStatus.Passed || patience.IsCancellationRequested)
            {
                return view;
            }
            await Task.Delay(Look, time, cancellationToken);
        }
    }

    // The end is told before the host is clean: an exec says goodbye, a directory is removed.
    private async Task CleanAsync(Invariants invariants, CancellationToken patience)
    {
        while (invariants.CheckLeftovers().Any() && !patience.IsCancellationRequested)
        {
            await Task.Delay(Look, time, CancellationToken.None);
        }
    }
}
