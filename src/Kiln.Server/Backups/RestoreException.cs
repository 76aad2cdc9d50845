namespace Kiln.Server.Backups;

/// <summary>A backup cannot be restored; the message says why and what to do.</summary>
/// <param name="message">For the person who restores.</param>
public sealed class RestoreException(string message) : Exception(message);
