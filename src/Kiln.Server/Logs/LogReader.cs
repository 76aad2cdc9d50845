using Kiln.Server.Logs.Lines;

namespace Kiln.Server.Logs;

/// <summary>Reads one log, also while it grows or is packed. For one reader at a time.</summary>
public abstract class LogReader : IDisposable
{
    /// <summary>Bytes that are there now.</summary>
    public abstract ValueTask<long> LengthAsync(CancellationToken cancellationToken);

    /// <summary>Reads from <paramref name="offset"/>; 0 = nothing is there (yet).</summary>
    public abstract ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>
    /// The last place it knows that lies not behind <paramref name="offset"/> and has no more than <paramref name="lineEnds"/>
    /// line ends before it; the beginning of the log when it knows none.
    /// </summary>
    public abstract ValueTask<LinePlace> PlaceAsync(long offset, long lineEnds, CancellationToken cancellationToken);

    /// <summary>When its bytes arrived.</summary>
    public abstract ValueTask<LogTimes> TimesAsync(CancellationToken cancellationToken);

    /// <summary>Its sections, when they are indexed; <c>null</c> = they are to be looked for.</summary>
    public abstract ValueTask<LogSections?> SectionsAsync(CancellationToken cancellationToken);

    /// <summary>Fills <paramref name="buffer"/> as far as the log goes; the bytes read.</summary>
    public async ValueTask<int> FillAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            var read = await ReadAsync(offset + filled, buffer[filled..], cancellationToken);
            if (read == 0)
            {
                break;
            }
            filled += read;
        }
        return filled;
    }

    public abstract void Dispose();
}
