using Microsoft.Win32.SafeHandles;

namespace Kiln.Buckets;

/// <summary>A part of an open file as a stream that can be made anew for every attempt; it does not own the file. A
/// file that has become shorter meanwhile is an <see cref="IOException"/>; what it grows by is not seen.</summary>
public sealed class FileSlice(SafeFileHandle file, long length, long start = 0) : PositionedStream(length)
{
    protected override int ReadAt(long position, Span<byte> buffer) => Some(RandomAccess.Read(file, buffer, start + position));

    protected override async ValueTask<int> ReadAtAsync(long position, Memory<byte> buffer, CancellationToken cancellationToken) =>
        Some(await RandomAccess.ReadAsync(file, buffer, start + position, cancellationToken));

    private static int Some(int read) => read > 0 ? read : throw new IOException("the file became shorter while it was read");
}
