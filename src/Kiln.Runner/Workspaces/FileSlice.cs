using Microsoft.Win32.SafeHandles;

namespace Kiln.Runner.Workspaces;

/// <summary>A part of an open file as a stream that can be made anew for every attempt; it does not own the file. A
/// file that has become shorter meanwhile is an <see cref="IOException"/>.</summary>
internal sealed class FileSlice(SafeFileHandle file, long length, long start = 0) : Stream
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

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var wanted = Wanted(buffer.Length);
        var read = wanted == 0 ? 0 : RandomAccess.Read(file, buffer[..wanted], start + _position);
        return Advance(read, wanted);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var wanted = Wanted(buffer.Length);
        var read = wanted == 0 ? 0 : await RandomAccess.ReadAsync(file, buffer[..wanted], start + _position, cancellationToken);
        return Advance(read, wanted);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() { }

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

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Wanted(int room) => (int)Math.Clamp(length - _position, 0, room);

    private int Advance(int read, int wanted)
    {
        if (read == 0 && wanted > 0)
        {
            throw new IOException("the file became shorter while it was read");
        }
        _position += read;
        return read;
    }
}
