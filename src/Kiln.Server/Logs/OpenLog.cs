using Microsoft.Win32.SafeHandles;

namespace Kiln.Server.Logs;

/// <summary>A log that is being written.</summary>
internal sealed class OpenLog
{
    private readonly Lock _gate = new();
    private readonly Lazy<SafeFileHandle> _file;
    private long _length;
    private bool _isDirty;

    // Lazy: of two first appends at once only one may open the file.
    public OpenLog(string path) => _file = new Lazy<SafeFileHandle>(() =>
    {
        var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        _length = RandomAccess.GetLength(file);
        return file;
    });

    public long Length
    {
        get
        {
            lock (_gate)
            {
                _ = _file.Value;
                return _length;
            }
        }
    }

    public long Append(long offset, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            var file = _file.Value;
            var known = _length - offset;
            if (known >= 0 && known < bytes.Length)
            {
                RandomAccess.Write(file, bytes[(int)known..], _length);
                _length = offset + bytes.Length;
                _isDirty = true;
            }
            return _length;
        }
    }

    public void Seal()
    {
        lock (_gate)
        {
            var file = _file.Value;
            if (_isDirty)
            {
                RandomAccess.FlushToDisk(file);
            }
            file.Dispose();
        }
    }
}
