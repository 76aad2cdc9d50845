namespace Kiln.Bench.Chaos;

/// <summary>One run of a round's load.</summary>
/// <param name="AtMs">When it is asked for, in milliseconds into the round.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Lines">Lines it writes.</param>
/// <param name="PauseEvery">After so many lines it pauses for 10 ms.</param>
/// <param name="ExitCode">How its script ends.</param>
/// <param name="CancelAfterMs">When it is cancelled, in milliseconds behind its start; <c>null</c> = not.</param>
public sealed record LoadRun(int AtMs, RunKind Kind, int Lines, int PauseEvery, int ExitCode, int? CancelAfterMs);
