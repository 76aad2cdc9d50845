namespace Kiln.Bench.Chaos;

/// <summary>A promise that was broken.</summary>
/// <param name="Invariant">Which, see <see cref="Invariants.All"/>.</param>
/// <param name="Message">How it shows.</param>
public sealed record Violation(string Invariant, string Message);
