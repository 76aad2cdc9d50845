using Kiln.Server.Logs.Lines;
using Kiln.Server.Logs.Packed;
using Microsoft.Win32.SafeHandles;

namespace Kiln.Server.Logs;

/// <summary>
/// Reads a log from its file. The written one is looked for first and goes only when the packed one is there; once open, it
/// is read to its end whatever becomes of its name.
/// </summary>
internal sealed class FileLogReader(LogFiles files) : LogReader
{
    private SafeFileHandle? _written;
    private LogReader? _packed;

    public override ValueTask<long> LengthAsync(CancellationToken cancellationToken) =>
        IsWritten(out var written) ? ValueTask.FromResult(RandomAccess.GetLength(written))
            : _packed?.LengthAsync(cancellationToken) ?? ValueTask.FromResult(0L);

    public override ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        IsWritten(out var written) ? RandomAccess.ReadAsync(written, buffer, offset, cancellationToken)
            : _packed?.ReadAsync(offset, buffer, cancellationToken) ?? ValueTask.FromResult(0);

    // A written log has no index: line feeds are counted as fast as its bytes come from the disk.
    public override ValueTask<LinePlace> PlaceAsync(long offset, long lineEnds, CancellationToken cancellationToken) =>
        IsWritten(out _) ? default : _packed?.PlaceAsync(offset, lineEnds, cancellationToken) ?? default;

    public override async ValueTask<LogTimes> TimesAsync(CancellationToken cancellationToken)
    {
        if (!IsWritten(out _))
        {
            return _packed is null ? LogTimes.Unknown : await _packed.TimesAsync(cancellationToken);
        }
        return Open(files.Times) is { } times ? await ReadAsync(times, cancellationToken) : LogTimes.Unknown;
    }

    public override ValueTask<LogSections?> SectionsAsync(CancellationToken cancellationToken) =>
        IsWritten(out _) ? default : _packed?.SectionsAsync(cancellationToken) ?? default;

    public override void Dispose()
    {
        _written?.Dispose();
        _packed?.Dispose();
    }

    private static async ValueTask<LogTimes> ReadAsync(SafeFileHandle times, CancellationToken cancellationToken)
    {
        using (times)
        {
            var marks = new byte[RandomAccess.GetLength(times)];
            var read = await RandomAccess.ReadAsync(times, marks, fileOffset: 0, cancellationToken);
            return LogTimes.Read(marks.AsSpan(0, read));
        }
    }

    private static SafeFileHandle? Open(string path)
    {
        try
        {
            return File.Exists(path)
                ? File.OpenHandle(
                    path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous)
                : null;
        }
        catch (FileNotFoundException)
        {
            return null; // Packed or removed in between.
        }
    }

    private bool IsWritten([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SafeFileHandle? written)
    {
        if (_written is null && _packed is null)
        {
            _written = Open(files.Written);
            if (_written is null && Open(files.Packed) is { } packed)
            {
                _packed = PackedFile.Read(packed);
            }
        }
        written = _written;
        return written is not null;
    }
}
