namespace Kiln.Server.Storage;

/// <summary>The database cannot be used as it is; the message says why and what to do.</summary>
/// <param name="message">For the person who starts the server.</param>
public sealed class StoreUnusableException(string message) : Exception(message);
