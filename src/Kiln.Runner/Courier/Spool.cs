using Microsoft.Win32.SafeHandles;

namespace Kiln.Runner.Courier;

/// <summary>Reads exec's spool: masked log bytes that only ever grow.</summary>
internal sealed class Spool(string path) : IDisposable
{
    private SafeFileHandle? _file;
    private long _length;

    /// <summary>Bytes known to be there.</summary>
    public long Length => Volatile.Read(ref _length);

    /// <summary>Takes note that the spool has grown; smaller values change nothing.</summary>
    public void GrewTo(long length)
    {
        var known = Volatile.Read(ref _length);
        while (length > known)
        {
            var before = Interlocked.CompareExchange(ref _length, length, known);
            if (before == known)
            {
                return;
            }
            known = before;
        }
    }

    /// <summary>Looks at the file itself, for when exec cannot be asked.</summary>
    public void Measure()
    {
        var file = new FileInfo(path);
        GrewTo(file.Exists ? file.Length : 0);
    }

    /// <summary>Reads from <paramref name="offset"/> on until the buffer is full or the known length reached.</summary>
    public int Read(long offset, Span<byte> buffer)
    {
        var wanted = (int)Math.Min(buffer.Length, Length - offset);
        if (wanted <= 0)
        {
            return 0;
        }
        _file ??= File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var read = 0;
        while (read < wanted)
        {
            var got = RandomAccess.Read(_file, buffer[read..wanted], offset + read);
            if (got == 0)
            {
                break;
            }
            read += got;
        }
        return read;
    }

    public void Dispose() => _file?.Dispose();
}
