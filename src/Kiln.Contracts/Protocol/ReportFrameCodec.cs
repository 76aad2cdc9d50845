using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace Kiln.Contracts.Protocol;

/// <summary>Bytes of a <see cref="ReportFrame"/>: <c>length(4, big-endian) JSON log-bytes</c>.</summary>
public static class ReportFrameCodec
{
    /// <summary>Most log bytes a runner puts into one report.</summary>
    public const int MaxLogBytes = 1 << 20;

    /// <summary>Most bytes of a whole report; a server answers a larger one with 413.</summary>
    public const int MaxFrameBytes = 8 << 20;

    private const int PrefixBytes = sizeof(int);

    /// <summary>Prefix and JSON; the log bytes follow it on the wire.</summary>
    public static ReadOnlyMemory<byte> WriteHead(ReportHead head)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        buffer.GetSpan(PrefixBytes)[..PrefixBytes].Clear();
        buffer.Advance(PrefixBytes);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            JsonSerializer.Serialize(writer, head, KilnJson.Default.ReportHead);
        }
        var bytes = buffer.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length - PrefixBytes);
        return bytes;
    }

    /// <summary>Reads a whole body. False when it is not a report; the log of the frame is a view into
    /// <paramref name="body"/>.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> body, out ReportFrame frame)
    {
        frame = default;
        if (body.Length < PrefixBytes)
        {
            return false;
        }
        var length = BinaryPrimitives.ReadInt32BigEndian(body.Span);
        if (length <= 0 || length > body.Length - PrefixBytes)
        {
            return false;
        }
        try
        {
            var head = JsonSerializer.Deserialize(body.Span.Slice(PrefixBytes, length), KilnJson.Default.ReportHead);
            if (head is null || head.LogOffset < 0)
            {
                return false;
            }
            frame = new ReportFrame(head, body[(PrefixBytes + length)..]);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
