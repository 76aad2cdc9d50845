namespace Kiln.Server.Logs;

/// <summary>Reads one log, also while it grows. For one reader at a time.</summary>
public abstract class LogReader : IDisposable
{
    /// <summary>Bytes that are there now.</summary>
    public abstract ValueTask<long> LengthAsync(CancellationToken cancellationToken);

    /// <summary>Reads from <paramref name="offset"/>; 0 = nothing is there (yet).</summary>
    public abstract ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken);

    public abstract void Dispose();
}
