using Kiln.Disk;
using Microsoft.Win32.SafeHandles;

namespace Kiln.Server.Logs;

/// <summary>A log that is being written, with its arrival times in a file beside it.</summary>
internal sealed class OpenLog
{
    // Marks closer together tell nothing more, and each is a write.
    private const long MarkPeriodMs = 50;

    // A log that comes fast is written to disk in such pieces while it comes.
    private const long WriteStep = 2 << 20;

    private readonly Lock _gate = new();
    private readonly Lazy<SafeFileHandle> _file;
    private readonly Lazy<SafeFileHandle> _times;
    private long _length;
    private long _writing;
    private long _timesLength;
    private (long End, long AtMs)? _mark;
    private bool _isDirty;

    // Lazy: of two first appends at once only one may open the file.
    public OpenLog(string path, string timesPath)
    {
        _file = new Lazy<SafeFileHandle>(() =>
        {
            var file = Open(path);
            _writing = _length = RandomAccess.GetLength(file);
            return file;
        });
        _times = new Lazy<SafeFileHandle>(() =>
        {
            var file = Open(timesPath);
            // Half a mark, where a crash left one, is written over.
            _timesLength = RandomAccess.GetLength(file) / LogTimes.MarkBytes * LogTimes.MarkBytes;
            return file;
        });
    }

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

    public long Append(long offset, ReadOnlySpan<byte> bytes, long nowMs)
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
                BeginWriting(file);
                Mark(nowMs);
            }
            return _length;
        }
    }

    public void Sync()
    {
        lock (_gate)
        {
            if (_isDirty)
            {
                RandomAccess.FlushToDisk(_file.Value);
                _isDirty = false;
            }
        }
    }

    public void Seal()
    {
        lock (_gate)
        {
            Sync();
            _file.Value.Dispose();
            KeepMark();
            if (_times.IsValueCreated)
            {
                _times.Value.Dispose();
            }
        }
    }

    private static SafeFileHandle Open(string path) =>
        File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

    private void BeginWriting(SafeFileHandle file)
    {
        if (_length - _writing >= WriteStep)
        {
            WriteBehind.Begin(file, _writing, _length - _writing);
            _writing = _length;
        }
    }

    private void Mark(long nowMs)
    {
        if (_mark is { } mark && nowMs - mark.AtMs < MarkPeriodMs)
        {
            _mark = mark with { End = _length };
            return;
        }
        KeepMark();
        _mark = (_length, nowMs);
    }

    private void KeepMark()
    {
        if (_mark is not { } mark)
        {
            return;
        }
        Span<byte> bytes = stackalloc byte[LogTimes.MarkBytes];
        LogTimes.Write(mark.End, mark.AtMs, bytes);
        var times = _times.Value;
        RandomAccess.Write(times, bytes, _timesLength);
        _timesLength += bytes.Length;
        _mark = null;
    }
}
