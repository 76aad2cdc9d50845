using Kiln.Contracts.Runs;

namespace Kiln.Bench.Chaos;

/// <summary>What became of a round.</summary>
/// <param name="Plan">What was to happen.</param>
/// <param name="Struck">What was killed, for people.</param>
/// <param name="Runs">Runs that were acknowledged.</param>
/// <param name="Ends">How they ended.</param>
/// <param name="Violations">Promises that were broken; empty = all held.</param>
public sealed record RoundReport(
    RoundPlan Plan,
    IReadOnlyList<string> Struck,
    int Runs,
    IReadOnlyList<RunView> Ends,
    IReadOnlyList<Violation> Violations)
{
    /// <summary>Ends by status, for people.</summary>
    public string EndsInWords => string.Join(", ", Ends.GroupBy(end => end.Status).OrderBy(group => group.Key)
        .Select(group => $"{group.Count()} {group.Key.ToString().ToLowerInvariant()}"));
}
