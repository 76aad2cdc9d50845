namespace Kiln.Contracts.Exec;

/// <summary>Bytes received and not yet understood; hands out whole frames. Not for several threads at once.</summary>
public sealed class FrameBuffer
{
    private byte[] _bytes = new byte[4096];
    private int _start;
    private int _end;

    /// <summary>Where to receive into; never empty. Followed by <see cref="Received"/>.</summary>
    public Memory<byte> Room()
    {
        if (_end == _bytes.Length && _start > 0)
        {
            _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
            _end -= _start;
            _start = 0;
        }

        if (_end == _bytes.Length)
        {
            Array.Resize(ref _bytes, _bytes.Length * 2);
        }

        return _bytes.AsMemory(_end);
    }

    /// <summary>So many bytes were put into <see cref="Room"/>.</summary>
    public void Received(int count) => _end += count;

    /// <summary>The next whole frame's payload, valid until the next call.</summary>
    /// <exception cref="InvalidDataException">What was received is not this protocol.</exception>
    public bool TryTake(out ReadOnlySpan<byte> payload)
    {
        if (!FrameReader.TryFrame(_bytes.AsSpan(_start, _end - _start), out payload, out var consumed))
        {
            return false;
        }

        _start += consumed;
        return true;
    }
}
