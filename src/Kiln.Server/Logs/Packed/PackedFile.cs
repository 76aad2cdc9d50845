using System.Buffers;
using System.Buffers.Binary;
using Kiln.Disk;
using Microsoft.Win32.SafeHandles;

namespace Kiln.Server.Logs.Packed;

/// <summary>A packed log as a file: its frames, its index, and a tail that says where the index begins.</summary>
internal static class PackedFile
{
    // Offset of the index, its length, and a word that tells the file from another.
    private const int TailBytes = 8 + 8 + 8;
    private const ulong Mark = 0x31474F4C_4E4C494B; // "KILNLOG1"

    /// <summary>Writes <paramref name="log"/> to <paramref name="path"/>, where it appears whole and durable or not at all.</summary>
    /// <returns>Bytes of the file.</returns>
    public static async Task<long> WriteAsync(string path, LogReader log, CancellationToken cancellationToken)
    {
        var aside = $"{path}.new";
        long size;
        await using (var file = new FileStream(aside, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = 0,
            Options = FileOptions.Asynchronous,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            var length = await log.LengthAsync(cancellationToken);
            var index = await LogPacker.PackAsync(
                log, length, bytes => file.WriteAsync(bytes, cancellationToken), cancellationToken);
            var written = index.Write();
            var tail = new byte[TailBytes];
            BinaryPrimitives.WriteInt64LittleEndian(tail, file.Position);
            BinaryPrimitives.WriteInt64LittleEndian(tail.AsSpan(8), written.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(tail.AsSpan(16), Mark);
            await file.WriteAsync(written, cancellationToken);
            await file.WriteAsync(tail, cancellationToken);
            file.Flush(flushToDisk: true);
            size = file.Length;
        }
        DurableFile.Place(aside, path);
        return size;
    }

    /// <summary>Bytes of the log in it.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static long Length(SafeFileHandle file) => Index(file).Length;

    /// <summary>Reads the log in an open file, which is the reader's from now on.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static LogReader Read(SafeFileHandle file) => new Reader(file, Index(file));

    private static LogIndex Index(SafeFileHandle file)
    {
        Span<byte> tail = stackalloc byte[TailBytes];
        var size = RandomAccess.GetLength(file);
        if (size < TailBytes || RandomAccess.Read(file, tail, size - TailBytes) != TailBytes
            || BinaryPrimitives.ReadUInt64LittleEndian(tail[16..]) != Mark)
        {
            throw new InvalidDataException("A packed log has no end.");
        }
        var (start, length) = (BinaryPrimitives.ReadInt64LittleEndian(tail), BinaryPrimitives.ReadInt64LittleEndian(tail[8..]));
        if (start < 0 || length < 0 || start + length != size - TailBytes)
        {
            throw new InvalidDataException("A packed log has an end that does not fit it.");
        }
        var stored = new byte[length];
        return RandomAccess.Read(file, stored, start) == length
            ? LogIndex.Read(stored)
            : throw new InvalidDataException("The index of a packed log is cut off.");
    }

    private sealed class Reader(SafeFileHandle file, LogIndex index) : PackedLogReader(index)
    {
        private byte[] _packed = [];

        public override void Dispose()
        {
            base.Dispose();
            file.Dispose();
            if (_packed.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_packed);
                _packed = [];
            }
        }

        protected override async ValueTask<ReadOnlyMemory<byte>> PackedAsync(
            int number, PackedFrame frame, CancellationToken cancellationToken)
        {
            if (_packed.Length < frame.Length)
            {
                if (_packed.Length > 0)
                {
                    ArrayPool<byte>.Shared.Return(_packed);
                }
                _packed = ArrayPool<byte>.Shared.Rent(frame.Length);
            }
            var read = await RandomAccess.ReadAsync(file, _packed.AsMemory(0, frame.Length), frame.Start, cancellationToken);
            return _packed.AsMemory(0, read);
        }
    }
}
