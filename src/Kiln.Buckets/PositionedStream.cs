namespace Kiln.Buckets;

/// <summary>A stream of known length that can seek and is only read: what a part of a file and an object have in common.</summary>
/// <param name="length">Bytes; it never ends before them.</param>
public abstract class PositionedStream(long length) : Stream
{
    private long _position;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        var target = offset + origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => _position,
            _ => length,
        };
        ArgumentOutOfRangeException.ThrowIfNegative(target, nameof(offset));
        return _position = target;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var wanted = Wanted(buffer.Length);
        return Advance(wanted == 0 ? 0 : ReadAt(_position, buffer[..wanted]));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var wanted = Wanted(buffer.Length);
        return Advance(wanted == 0 ? 0 : await ReadAtAsync(_position, buffer[..wanted], cancellationToken));
    }

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Reads one byte or more, all within the length; an <see cref="IOException"/> when there are none.</summary>
    protected abstract ValueTask<int> ReadAtAsync(long position, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>The same, waiting.</summary>
    protected abstract int ReadAt(long position, Span<byte> buffer);

    private int Wanted(int room) => (int)Math.Clamp(length - _position, 0, room);

    private int Advance(int read)
    {
        _position += read;
        return read;
    }
}
