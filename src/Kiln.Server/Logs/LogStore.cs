namespace Kiln.Server.Logs;

/// <summary>
/// Logs of attempts: bytes that are appended at offsets and read from offsets. How they lie is known to the two
/// implementations only: files of a server by itself, rows where servers share a database. Safe for concurrent use.
/// </summary>
public abstract class LogStore
{
    /// <summary>
    /// Appends what is not there yet of <paramref name="bytes"/>; the length now. Repeating changes nothing, and bytes beyond
    /// the end are not taken. Not durable before <see cref="SyncAsync"/> or <see cref="SealAsync"/>.
    /// </summary>
    /// <param name="key">Which log.</param>
    /// <param name="offset">Where the first byte belongs.</param>
    /// <param name="bytes">May be empty.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public abstract ValueTask<long> AppendAsync(
        LogKey key, long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Bytes that are there.</summary>
    public abstract ValueTask<long> LengthAsync(LogKey key, CancellationToken cancellationToken);

    /// <summary>Makes everything appended so far durable.</summary>
    public abstract ValueTask SyncAsync(LogKey key, CancellationToken cancellationToken);

    /// <summary>Makes everything appended so far durable and lets go of the log; it can be appended to again.</summary>
    public abstract ValueTask SealAsync(LogKey key, CancellationToken cancellationToken);

    /// <summary>Opens a log for reading, also one that grows or has no bytes yet.</summary>
    public abstract LogReader Read(LogKey key);

    /// <summary>
    /// Compresses a sealed log that nobody will append to. Readers never see a difference. Cut off at any moment, the log is
    /// whole and the call can be repeated; repeated after its end it changes nothing.
    /// </summary>
    /// <returns>Bytes it takes now.</returns>
    public abstract ValueTask<long> PackAsync(LogKey key, CancellationToken cancellationToken);

    /// <summary>Deletes a log that nobody will append to. Repeating changes nothing.</summary>
    public abstract ValueTask RemoveAsync(LogKey key, CancellationToken cancellationToken);
}
