using Microsoft.Win32.SafeHandles;

namespace Kiln.Server.Backups;

/// <summary>The bytes that a file had when it was opened: a log that grows meanwhile does not grow in an archive.</summary>
internal sealed class FilePart : Stream
{
    private readonly SafeFileHandle _file;
    private readonly long _length;
    private long _position;

    private FilePart(SafeFileHandle file) => (_file, _length) = (file, RandomAccess.GetLength(file));

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set => _position = value;
    }

    /// <summary>Opens a file; <c>null</c> = there is none.</summary>
    public static FilePart? Open(string path)
    {
        try
        {
            return File.Exists(path)
                ? new FilePart(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous))
                : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer) =>
        Advance(RandomAccess.Read(_file, buffer[..(int)Math.Min(buffer.Length, _length - _position)], _position));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Advance(await RandomAccess.ReadAsync(
            _file, buffer[..(int)Math.Min(buffer.Length, _length - _position)], _position, cancellationToken));

    public override long Seek(long offset, SeekOrigin origin) => _position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => _length + offset,
    };

    public override void Flush()
    {
        // Nothing is written.
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
        }
        base.Dispose(disposing);
    }

    private int Advance(int read)
    {
        _position += read;
        return read;
    }
}
