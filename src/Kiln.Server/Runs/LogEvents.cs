using System.Text;
using Kiln.Server.Logs;

namespace Kiln.Server.Runs;

/// <summary>Cuts a growing log into pieces of text, never inside a character.</summary>
internal sealed class LogEvents(LogReader reader, long offset)
{
    private const int PieceBytes = 32 * 1024;

    private readonly byte[] _buffer = new byte[PieceBytes];

    /// <summary>Where the next piece begins.</summary>
    public long Offset { get; private set; } = offset;

    /// <summary>The next piece; <c>null</c> = nothing more is there now.</summary>
    /// <param name="isComplete">The log grows no more: half a character at its end is sent as it is.</param>
    public async Task<LogEvent?> NextAsync(bool isComplete, CancellationToken cancellationToken)
    {
        var read = await reader.ReadAsync(Offset, _buffer, cancellationToken);
        var whole = Whole(_buffer.AsSpan(0, read));
        var length = whole == 0 && (isComplete || read == PieceBytes) ? read : whole;
        if (length == 0)
        {
            return null;
        }
        var piece = new LogEvent(Offset, Offset + length, Encoding.UTF8.GetString(_buffer, 0, length));
        Offset += length;
        return piece;
    }

    /// <summary>Bytes of <paramref name="bytes"/> without the beginning of a character at their end.</summary>
    internal static int Whole(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= Math.Min(3, bytes.Length); back++)
        {
            var lead = bytes[^back];
            var needed = lead switch
            {
                >= 0xF0 and < 0xF8 => 4,
                >= 0xE0 and < 0xF0 => 3,
                >= 0xC0 and < 0xE0 => 2,
                _ => 1,
            };
            if (needed > back)
            {
                return bytes.Length - back;
            }
            if (lead is < 0x80 or >= 0xC0)
            {
                return bytes.Length;
            }
        }
        return bytes.Length;
    }
}
