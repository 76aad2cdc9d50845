using Microsoft.Win32.SafeHandles;

namespace Kiln.Server.Logs;

/// <summary>Reads a log from its file.</summary>
internal sealed class FileLogReader(string path) : LogReader
{
    private SafeFileHandle? _file;

    public override ValueTask<long> LengthAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(Open() is { } file ? RandomAccess.GetLength(file) : 0);

    public override ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        Open() is { } file ? RandomAccess.ReadAsync(file, buffer, offset, cancellationToken) : ValueTask.FromResult(0);

    public override void Dispose() => _file?.Dispose();

    private SafeFileHandle? Open()
    {
        if (_file is null && File.Exists(path))
        {
            _file = File.OpenHandle(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
        }
        return _file;
    }
}
