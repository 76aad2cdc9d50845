namespace Kiln.Bench.Chaos;

/// <summary>All that is random in a round, decided beforehand: the same seed gives the same plan.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Runs">The load.</param>
/// <param name="Strikes">The blows, in order of time.</param>
public sealed record RoundPlan(int Seed, IReadOnlyList<LoadRun> Runs, IReadOnlyList<Strike> Strikes)
{
    // Ten milliseconds each.
    private const int MostPauses = 150;

    /// <summary>Makes the plan of a seed.</summary>
    /// <param name="seed">Of this round.</param>
    /// <param name="load">Runs in it.</param>
    /// <param name="stage">What it is drawn from.</param>
    public static RoundPlan Of(int seed, int load, Stage stage)
    {
        var random = new Random(seed);
        var runs = Enumerable.Range(0, load).Select(_ => Run(random, stage)).OrderBy(run => run.AtMs).ToList();
        var strikes = Enumerable.Range(0, 1 + random.Next(4)).Select(_ => Blow(random, stage)).OrderBy(strike => strike.AtMs).ToList();
        return new RoundPlan(seed, runs, strikes);
    }

    private static LoadRun Run(Random random, Stage stage)
    {
        var kind = (RunKind)random.Next(3);
        var lines = random.Next(4) switch { 0 => random.Next(3), 1 => random.Next(20_000), _ => random.Next(400) };
        var exitCode = random.Next(3) == 0 ? 1 + random.Next(100) : 0;
        int? cancelAfter = random.Next(5) == 0 ? random.Next(1500) : null;
        return new LoadRun(random.Next(stage.LengthMs), kind, lines, PauseEvery: 1 + (lines / (1 + random.Next(MostPauses))), exitCode, cancelAfter);
    }

    private static Strike Blow(Random random, Stage stage)
    {
        var victim = stage.Victims[random.Next(stage.Victims.Count)];
        if (stage.HasDatabase && random.Next(3) == 0)
        {
            victim = Victim.Database;
        }
        return new Strike(random.Next(stage.LengthMs), victim, DownMs: random.Next(stage.LongestDownMs), random.NextDouble());
    }
}
