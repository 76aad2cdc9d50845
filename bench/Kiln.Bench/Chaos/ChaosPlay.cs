using System.Globalization;

namespace Kiln.Bench.Chaos;

/// <summary>Several rounds on one world, told line by line.</summary>
public static class ChaosPlay
{
    /// <summary>Plays rounds and gives a verdict.</summary>
    /// <param name="options">What to play.</param>
    /// <param name="output">Told what happens.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Every broken promise.</returns>
    public static async Task<IReadOnlyList<Violation>> RunAsync(
        ChaosOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var violations = new List<Violation>();
        var total = 0;
        var stage = options.RunsInPods ? Stage.OfPods(options.UsesPostgres) : Stage.OfHosts(options.UsesPostgres, options.CutsPower);
        await using var world = await ChaosWorld.StartAsync(options, time, cancellationToken);
        for (var round = 0; round < options.Rounds; round++)
        {
            var plan = RoundPlan.Of(options.Seed + round, options.Load, stage);
            var report = await new ChaosRound(world, plan, time).PlayAsync(total, cancellationToken);
            total += report.Runs;
            violations.AddRange(report.Violations);
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round + 1} seed {plan.Seed}: killed {string.Join("; ", report.Struck)} · {report.EndsInWords} · ")
                + (report.Violations.Count == 0 ? "all held" : "BROKEN"));
            foreach (var violation in report.Violations)
            {
                await output.WriteLineAsync($"  {violation.Invariant}: {violation.Message}");
            }
            if (report.Violations.Count > 0)
            {
                await output.WriteLineAsync(world.Logs());
            }
        }
        await WriteVerdictAsync(output, options.Rounds, total, violations);
        return violations;
    }

    private static async Task WriteVerdictAsync(TextWriter output, int rounds, int runs, List<Violation> violations)
    {
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"\n{rounds} rounds, {runs} runs"));
        foreach (var invariant in Invariants.All)
        {
            var broken = violations.Count(violation => violation.Invariant == invariant);
            await output.WriteLineAsync($"  {(broken == 0 ? "held  " : "BROKEN")} {invariant}"
                + (broken == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({broken})")));
        }
    }
}
