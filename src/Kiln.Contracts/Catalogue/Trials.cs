namespace Kiln.Contracts.Catalogue;

/// <summary>What came of trying a definition in the world: connecting, logging in, and nothing else.</summary>
/// <param name="Ok">It works.</param>
/// <param name="Problem">For machines: <c>dns</c>, <c>refused</c>, <c>timeout</c>, <c>tls</c>, <c>auth</c>, <c>not_found</c>, <c>protocol</c>;
/// empty when it works.</param>
/// <param name="Message">One sentence: what works, or what is wrong and what to do.</param>
/// <param name="DurationMs">How long it took.</param>
public sealed record TrialResult(bool Ok, string Problem, string Message, long DurationMs);
