namespace Kiln.Buckets;

/// <summary>An object's content: opened where it is read, and opened again behind the last byte when a connection breaks.</summary>
internal sealed class BucketStream(long length, Func<long, CancellationToken, Task<Stream>> open) : Stream
{
    private const int Reopened = 3;

    private Stream? _body;
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
        if (target != _position)
        {
            Close(_body);
            _position = target;
        }
        return target;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var wanted = (int)Math.Min(buffer.Length, length - _position);
        for (var broken = 0; wanted > 0; broken++)
        {
            try
            {
                _body ??= await open(_position, cancellationToken);
                var read = await _body.ReadAsync(buffer[..wanted], cancellationToken);
                if (read > 0)
                {
                    _position += read;
                    return read;
                }
                throw new IOException("The object ended before its length.");
            }
            catch (IOException) when (broken < Reopened)
            {
                Close(_body);
            }
        }
        return 0;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close(_body);
        }
        base.Dispose(disposing);
    }

    private void Close(Stream? body)
    {
        body?.Dispose();
        _body = null;
    }
}
