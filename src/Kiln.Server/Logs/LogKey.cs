namespace Kiln.Server.Logs;

/// <summary>Names the log of one attempt.</summary>
public sealed record LogKey(long RunId, int Attempt);
