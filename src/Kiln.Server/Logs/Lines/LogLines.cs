using System.Buffers;

namespace Kiln.Server.Logs.Lines;

/// <summary>Finds lines in a log. A line ends with its line feed; what is behind the last one is a line, too.</summary>
public static class LogLines
{
    // A power of two that frames are a multiple of: a piece never spans two.
    private const int PieceBytes = 64 * 1024;

    /// <summary>The offset behind so many line ends; <c>null</c> = there are fewer before <paramref name="to"/>.</summary>
    public static async ValueTask<long?> BehindAsync(
        LogReader log, long lineEnds, long to, CancellationToken cancellationToken)
    {
        if (lineEnds == 0)
        {
            return 0;
        }
        // A place with all the line ends before it may lie in the middle of the line.
        var place = await log.PlaceAsync(to, lineEnds - 1, cancellationToken);
        var missing = lineEnds - place.LineEnds;
        long? found = null;
        await ScanAsync(
            log,
            place.Offset,
            to,
            (offset, piece) =>
            {
                var here = piece.Count((byte)'\n');
                if (here < missing)
                {
                    missing -= here;
                    return true;
                }
                found = offset + Behind(piece, (int)missing);
                return false;
            },
            cancellationToken);
        return found;
    }

    /// <summary>Line ends before an offset.</summary>
    public static async ValueTask<long> EndsBeforeAsync(LogReader log, long offset, CancellationToken cancellationToken)
    {
        var place = await log.PlaceAsync(offset, long.MaxValue, cancellationToken);
        var lineEnds = place.LineEnds;
        await ScanAsync(
            log,
            place.Offset,
            offset,
            (_, piece) =>
            {
                lineEnds += piece.Count((byte)'\n');
                return true;
            },
            cancellationToken);
        return lineEnds;
    }

    /// <summary>Where the last <paramref name="lines"/> lines between two offsets begin.</summary>
    public static async ValueTask<long> LastAsync(
        LogReader log, long from, long to, long lines, CancellationToken cancellationToken)
    {
        if (lines == 0)
        {
            return Math.Max(from, to);
        }
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            for (var end = to; end > from;)
            {
                var start = Math.Max(from, (end - 1) / PieceBytes * PieceBytes);
                var read = await log.FillAsync(start, buffer.AsMemory(0, (int)(end - start)), cancellationToken);
                // The line feed of the last line ends it and begins none.
                for (var piece = end == to ? Math.Min(read, (int)(end - start) - 1) : read; ;)
                {
                    var feed = buffer.AsSpan(0, piece).LastIndexOf((byte)'\n');
                    if (feed < 0)
                    {
                        break;
                    }
                    if (--lines == 0)
                    {
                        return start + feed + 1;
                    }
                    piece = feed;
                }
                end = start;
            }
            return from;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static int Behind(ReadOnlySpan<byte> piece, int lineEnds)
    {
        var offset = 0;
        for (; lineEnds > 0; lineEnds--)
        {
            offset += piece[offset..].IndexOf((byte)'\n') + 1;
        }
        return offset;
    }

    private delegate bool Look(long offset, ReadOnlySpan<byte> piece);

    private static async ValueTask ScanAsync(
        LogReader log, long from, long to, Look look, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            for (var offset = from; offset < to;)
            {
                var read = await log.ReadAsync(
                    offset, buffer.AsMemory(0, (int)Math.Min(PieceBytes, to - offset)), cancellationToken);
                if (read == 0 || !look(offset, buffer.AsSpan(0, read)))
                {
                    return;
                }
                offset += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
