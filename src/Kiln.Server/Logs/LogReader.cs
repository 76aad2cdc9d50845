using Microsoft.Win32.SafeHandles;

namespace Kiln.Server.Logs;

/// <summary>Reads one log, also while it grows. For one reader at a time.</summary>
public sealed class LogReader(string path) : IDisposable
{
    private SafeFileHandle? _file;

    /// <summary>Bytes that are there now.</summary>
    public long Length => Open() is { } file ? RandomAccess.GetLength(file) : 0;

    /// <summary>Reads from <paramref name="offset"/>; 0 = nothing is there (yet).</summary>
    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        Open() is { } file ? RandomAccess.ReadAsync(file, buffer, offset, cancellationToken) : ValueTask.FromResult(0);

    public void Dispose() => _file?.Dispose();

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
