namespace Kiln.Bench.Chaos;

/// <summary>All that is random in a round, decided beforehand: the same seed gives the same plan.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Runs">The load.</param>
/// <param name="Strikes">The blows, in order of time.</param>
public sealed record RoundPlan(int Seed, IReadOnlyList<LoadRun> Runs, IReadOnlyList<Strike> Strikes)
{
    private const int RoundMs = 2500;

    // Ten milliseconds each.
    private const int MostPauses = 150;

    /// <summary>Makes the plan of a seed.</summary>
    /// <param name="seed">Of this round.</param>
    /// <param name="load">Runs in it.</param>
    /// <param name="hasDatabase">Whether there is a PostgreSQL to kill.</param>
    public static RoundPlan Of(int seed, int load, bool hasDatabase)
    {
        var random = new Random(seed);
        var runs = Enumerable.Range(0, load).Select(_ => Run(random)).OrderBy(run => run.AtMs).ToList();
        var strikes = Enumerable.Range(0, 1 + random.Next(4)).Select(_ => Blow(random, hasDatabase)).OrderBy(strike => strike.AtMs).ToList();
        return new RoundPlan(seed, runs, strikes);
    }

    private static LoadRun Run(Random random)
    {
        var kind = (RunKind)random.Next(3);
        var lines = random.Next(4) switch { 0 => random.Next(3), 1 => random.Next(20_000), _ => random.Next(400) };
        var exitCode = random.Next(3) == 0 ? 1 + random.Next(100) : 0;
        int? cancelAfter = random.Next(5) == 0 ? random.Next(1500) : null;
        return new LoadRun(random.Next(RoundMs), kind, lines, PauseEvery: 1 + (lines / (1 + random.Next(MostPauses))), exitCode, cancelAfter);
    }

    private static Strike Blow(Random random, bool hasDatabase)
    {
        var victim = random.Next(10) switch
        {
            0 or 1 or 2 => Victim.Server,
            3 or 4 or 5 => Victim.Agent,
            6 or 7 => Victim.Exec,
            8 => Victim.Everything,
            _ => Victim.Machine,
        };
        if (hasDatabase && random.Next(3) == 0)
        {
            victim = Victim.Database;
        }
        return new Strike(random.Next(RoundMs), victim, DownMs: random.Next(1200), random.NextDouble());
    }
}
