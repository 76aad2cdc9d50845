namespace Kiln.Buckets;

/// <summary>An object's content: opened where it is read, and opened again behind the last byte when a connection breaks.</summary>
internal sealed class BucketStream(long length, Func<long, CancellationToken, Task<Stream>> open) : PositionedStream(length)
{
    private const int Reopened = 3;

    private Stream? _body;
    private long _bodyAt;

    protected override async ValueTask<int> ReadAtAsync(long position, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (position != _bodyAt)
        {
            LetGo();
        }
        for (var broken = 0; ; broken++)
        {
            try
            {
                _body ??= await open(position, cancellationToken);
                var read = await _body.ReadAsync(buffer, cancellationToken);
                _bodyAt = position + read;
                return read > 0 ? read : throw new IOException("The object ended before its length.");
            }
            catch (IOException) when (broken < Reopened)
            {
                LetGo();
            }
        }
    }

    protected override int ReadAt(long position, Span<byte> buffer) => throw new NotSupportedException("Read it asynchronously.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            LetGo();
        }
        base.Dispose(disposing);
    }

    private void LetGo()
    {
        _body?.Dispose();
        _body = null;
    }
}
