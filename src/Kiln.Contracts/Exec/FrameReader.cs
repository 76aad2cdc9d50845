using System.Buffers.Binary;
using System.Text;

namespace Kiln.Contracts.Exec;

/// <summary>Reads what <see cref="FrameWriter"/> writes.</summary>
internal ref struct FrameReader(ReadOnlySpan<byte> rest)
{
    private ReadOnlySpan<byte> _rest = rest;

    /// <summary>Takes the first whole frame of <paramref name="bytes"/>, if there is one.</summary>
    /// <param name="bytes">What was received.</param>
    /// <param name="payload">The frame without its length.</param>
    /// <param name="consumed">Bytes it takes up, length included.</param>
    /// <exception cref="InvalidDataException">No frame can begin like this.</exception>
    public static bool TryFrame(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> payload, out int consumed)
    {
        payload = default;
        consumed = 0;
        if (bytes.Length < sizeof(int))
        {
            return false;
        }

        var size = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (size is < 1 or > ExecProtocol.MaxFrame)
        {
            throw new InvalidDataException("not a frame of the exec protocol");
        }

        if (bytes.Length - sizeof(int) < size)
        {
            return false;
        }

        payload = bytes.Slice(sizeof(int), size);
        consumed = sizeof(int) + size;
        return true;
    }

    public byte Byte() => Take(1)[0];

    public bool Bool() => Byte() != 0;

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    public int? OptionalInt32()
    {
        var present = Bool();
        var value = Int32();
        return present ? value : null;
    }

    public long? OptionalInt64()
    {
        var present = Bool();
        var value = Int64();
        return present ? value : null;
    }

    public string? OptionalText()
    {
        var size = Int32();
        return size < 0 ? null : Encoding.UTF8.GetString(Take(size));
    }

    public string Text() => OptionalText() ?? throw new InvalidDataException("a text of the exec protocol is missing");

    public string[] Texts()
    {
        var values = new string[Count(sizeof(int))];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Text();
        }

        return values;
    }

    public KeyValuePair<string, string>[] Pairs()
    {
        var pairs = new KeyValuePair<string, string>[Count(2 * sizeof(int))];
        for (var i = 0; i < pairs.Length; i++)
        {
            pairs[i] = new(Text(), Text());
        }

        return pairs;
    }

    /// <summary>Length of a list; refused when the frame cannot hold that many elements of at least this size.</summary>
    public int Count(int smallest)
    {
        var count = Int32();
        return count >= 0 && (long)count * smallest <= _rest.Length
            ? count
            : throw new InvalidDataException("a list of the exec protocol is longer than its frame");
    }

    private ReadOnlySpan<byte> Take(int size)
    {
        if ((uint)size > (uint)_rest.Length)
        {
            throw new InvalidDataException("a frame of the exec protocol is too short");
        }

        var taken = _rest[..size];
        _rest = _rest[size..];
        return taken;
    }
}
