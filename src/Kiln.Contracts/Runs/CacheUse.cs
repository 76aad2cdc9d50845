namespace Kiln.Contracts.Runs;

/// <summary>What a step did with a cache.</summary>
/// <param name="Result">Restoring: <c>hit</c>, <c>partial</c> (by one of the restore keys), <c>miss</c> or <c>failed</c>; keeping:
/// <c>saved</c>, <c>unchanged</c> or <c>failed</c>.</param>
/// <param name="Bytes">Size of the archive that was restored or kept; 0 = none was.</param>
/// <param name="DurationMs">Milliseconds that it took.</param>
public sealed record CacheUse(string Result, long Bytes, long DurationMs);
