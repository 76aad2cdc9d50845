using System.Buffers.Binary;
using System.Text;

namespace Kiln.Contracts.Exec;

/// <summary>
/// Writes frames one behind the other into a growing buffer: 4 bytes little-endian length of what follows, 1 byte kind,
/// fields in order. Integers are little-endian; a string is its UTF-8 length (-1 = null) and its bytes; a list is its
/// count and its elements. Fields are only ever added at the end of a message: an older reader does not see them.
/// </summary>
public sealed class FrameWriter
{
    private byte[] _buffer = new byte[512];
    private int _frameStart;

    /// <summary>Everything written and not taken yet.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    /// <summary>As <see cref="Written"/>, for asynchronous senders; valid until the next write.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, Length);

    /// <summary>Bytes in <see cref="Written"/>.</summary>
    public int Length { get; private set; }

    /// <summary>Drops the first <paramref name="count"/> bytes of <see cref="Written"/>.</summary>
    public void Take(int count)
    {
        Written[count..].CopyTo(_buffer);
        Length -= count;
    }

    internal void Begin(byte kind)
    {
        _frameStart = Length;
        Int32(0);
        Byte(kind);
    }

    internal void End() =>
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(_frameStart), Length - _frameStart - sizeof(int));

    internal void Byte(byte value)
    {
        Room(1)[0] = value;
        Length++;
    }

    internal void Bool(bool value) => Byte(value ? (byte)1 : (byte)0);

    internal void Int32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Room(sizeof(int)), value);
        Length += sizeof(int);
    }

    internal void Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Room(sizeof(long)), value);
        Length += sizeof(long);
    }

    internal void OptionalInt32(int? value)
    {
        Bool(value is not null);
        Int32(value ?? 0);
    }

    internal void OptionalInt64(long? value)
    {
        Bool(value is not null);
        Int64(value ?? 0);
    }

    internal void Text(string? value)
    {
        if (value is null)
        {
            Int32(-1);
            return;
        }

        var size = Encoding.UTF8.GetByteCount(value);
        Int32(size);
        Encoding.UTF8.GetBytes(value, Room(size));
        Length += size;
    }

    internal void Texts(IReadOnlyList<string> values)
    {
        Int32(values.Count);
        for (var i = 0; i < values.Count; i++)
        {
            Text(values[i]);
        }
    }

    internal void Pairs(IReadOnlyList<KeyValuePair<string, string>> pairs)
    {
        Int32(pairs.Count);
        for (var i = 0; i < pairs.Count; i++)
        {
            Text(pairs[i].Key);
            Text(pairs[i].Value);
        }
    }

    private Span<byte> Room(int size)
    {
        if (_buffer.Length - Length < size)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, Length + size));
        }

        return _buffer.AsSpan(Length);
    }
}
