using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using Kiln.Server.Logs;

namespace Kiln.Server.Runs;

/// <summary>Writes a log with the time of arrival in front of each line: <c>2026-01-31T12:00:00.123Z </c>, or dashes where it is not known.</summary>
internal sealed class LineStamps(LogTimes times, PipeWriter output)
{
    private static ReadOnlySpan<byte> Unknown => "------------------------ "u8;

    private bool _isLineBegun;

    /// <summary>Writes the next bytes; how many of the log they were.</summary>
    public async ValueTask<int> WriteAsync(LogReader log, long offset, int most, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            var read = await log.ReadAsync(offset, buffer.AsMemory(0, most), cancellationToken);
            Write(offset, buffer.AsSpan(0, read));
            return read;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (!_isLineBegun)
            {
                Stamp(times.At(offset));
            }
            var feed = bytes.IndexOf((byte)'\n');
            var length = feed < 0 ? bytes.Length : feed + 1;
            output.Write(bytes[..length]);
            _isLineBegun = feed < 0;
            offset += length;
            bytes = bytes[length..];
        }
    }

    private void Stamp(long atMs)
    {
        if (atMs == 0)
        {
            output.Write(Unknown);
            return;
        }
        Span<byte> stamp = stackalloc byte[Unknown.Length];
        DateTimeOffset.FromUnixTimeMilliseconds(atMs)
            .TryFormat(stamp, out var written, "yyyy-MM-ddTHH:mm:ss.fffZ ", CultureInfo.InvariantCulture);
        output.Write(stamp[..written]);
    }
}
