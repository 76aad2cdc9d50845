namespace Kiln.Bench.Chaos;

/// <summary>A run that the server has acknowledged.</summary>
/// <param name="RunId">Its number.</param>
/// <param name="Load">What was asked for.</param>
/// <param name="IsCancelled">Whether a cancel of it was acknowledged too.</param>
/// <param name="LogShown">Its log as far as the server showed it while it ran.</param>
public sealed record StartedRun(long RunId, LoadRun Load, bool IsCancelled, byte[] LogShown);
