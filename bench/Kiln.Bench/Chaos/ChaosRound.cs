using System.Globalization;
using Kiln.Contracts.Runs;

namespace Kiln.Bench.Chaos;

/// <summary>One round: the load runs, the blows fall, everything comes back, and what was promised is checked.</summary>
internal sealed class ChaosRound(ChaosWorld world, RoundPlan plan, TimeProvider time)
{
    private const int Definitions = 2;

    private static readonly TimeSpan LogLook = TimeSpan.FromMilliseconds(250);

    private readonly long _began = time.GetTimestamp();

    /// <summary>Plays it.</summary>
    /// <param name="earlier">Runs that the store held before.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<RoundReport> PlayAsync(int earlier, CancellationToken cancellationToken)
    {
        using var round = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(round.Token);
        var blows = plan.Strikes.Select(strike => StrikeAsync(strike, round)).ToList();
        var definitions = Enumerable.Range(0, Definitions).Select(number => DefineAsync(number, round.Token)).ToList();
        var playing = Task.WhenAll(plan.Runs.Select((load, number) => RunAsync(load, number, patience.Token, round.Token)));
        var struck = await Task.WhenAll(blows);
        var builds = await Task.WhenAll(definitions);

        patience.CancelAfter(world.Ground.Patience);
        var played = (await playing).OrderBy(one => one.Run.RunId).ToList();
        var runs = played.ConvertAll(one => one.Run);
        var ends = played.ConvertAll(one => one.End);
        var violations = new List<Violation>();
        var invariants = new Invariants(world);
        if (ends.Find(end => end.Status < RunStatus.Passed) is { } endless)
        {
            violations.Add(Invariants.Endless(endless));
            return new RoundReport(plan, struck, runs.Count, ends, violations);
        }
        await CleanAsync(invariants, patience.Token);
        violations.AddRange(await invariants.CheckLeftoversAsync(cancellationToken));
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

    private async Task<(StartedRun Run, RunView End)> RunAsync(
        LoadRun load, int number, CancellationToken patience, CancellationToken cancellationToken)
    {
        await AtAsync(load.AtMs, cancellationToken);
        var runId = await world.Api.StartAsync(load, string.Create(CultureInfo.InvariantCulture, $"{plan.Seed}-{number}"), cancellationToken);
        var isCancelled = false;
        if (load.CancelAfterMs is { } wait)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(wait), time, cancellationToken);
            isCancelled = await world.Api.CancelAsync(runId, cancellationToken);
        }
        return await FollowAsync(new StartedRun(runId, load, isCancelled, LogShown: []), patience, cancellationToken);
    }

    private async Task<string> DefineAsync(int number, CancellationToken cancellationToken)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"defined-{plan.Seed}-{number}");
        await AtAsync(plan.Strikes[0].AtMs + (100 * number), cancellationToken);
        await world.Api.DefineAsync(name, cancellationToken);
        return name;
    }

    private async Task<string> StrikeAsync(Strike strike, CancellationTokenSource round)
    {
        try
        {
            await AtAsync(strike.AtMs, round.Token);
            return $"{strike.AtMs} ms: {await world.StrikeAsync(strike, round.Token)}";
        }
        catch
        {
            // What was struck is not coming back: nobody is to wait for it.
            await round.CancelAsync();
            throw;
        }
    }

    private async Task AtAsync(int ms, CancellationToken cancellationToken)
    {
        var wait = TimeSpan.FromMilliseconds(ms) - time.GetElapsedTime(_began);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, cancellationToken);
        }
    }

    // What was shown of a log must stay.
    private async Task<(StartedRun Run, RunView End)> FollowAsync(
        StartedRun run, CancellationToken patience, CancellationToken cancellationToken)
    {
        while (true)
        {
            var log = await world.Api.FindAsync(Invariants.LogOf(run.RunId), cancellationToken) ?? [];
            var view = await world.Api.GetAsync(run.RunId, cancellationToken);
            if (view.Status >= RunStatus.Passed || patience.IsCancellationRequested)
            {
                return (run, view);
            }
            run = log.Length > run.LogShown.Length ? run with { LogShown = log } : run;
            await Task.Delay(LogLook, time, cancellationToken);
        }
    }

    // The end is told before the host is clean: an exec says goodbye, a directory is removed.
    private async Task CleanAsync(Invariants invariants, CancellationToken patience)
    {
        while ((await invariants.CheckLeftoversAsync(CancellationToken.None)).Any() && !patience.IsCancellationRequested)
        {
            await Task.Delay(world.Ground.Look, time, CancellationToken.None);
        }
    }
}
