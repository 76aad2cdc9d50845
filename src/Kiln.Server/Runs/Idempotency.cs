namespace Kiln.Server.Runs;

/// <summary>
/// A client's <c>Idempotency-Key</c>, kept for a day: the same key with the same request is the same run, with another one an error.
/// </summary>
/// <param name="Scope">Where the key counts: caller and path.</param>
/// <param name="Key">The client's key.</param>
/// <param name="BodyHash">Hash of the request it came with.</param>
public sealed record Idempotency(string Scope, string Key, string BodyHash);
