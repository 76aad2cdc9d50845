using System.Collections.Concurrent;
using Kiln.Server.Logs.Packed;
using Kiln.Server.Settings;

namespace Kiln.Server.Logs;

/// <summary>Logs as files in the data directory: one for each attempt while it is written, one when it is packed.</summary>
public sealed class FileLogs(DataDirectory data, TimeProvider time) : LogStore, IDisposable
{
    // A file takes whole blocks of a disk: a log of one block gains nothing.
    private const long SmallLog = 4096;

    private readonly ConcurrentDictionary<LogKey, OpenLog> _open = new();

    public override ValueTask<long> AppendAsync(
        LogKey key, long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        bytes.IsEmpty && !_open.ContainsKey(key)
            ? LengthAsync(key, cancellationToken)
            : ValueTask.FromResult(_open.GetOrAdd(key, static (key, store) => store.Create(key), this)
                .Append(offset, bytes.Span, time.GetUtcNow().ToUnixTimeMilliseconds()));

    public override async ValueTask<long> LengthAsync(LogKey key, CancellationToken cancellationToken)
    {
        if (_open.TryGetValue(key, out var log))
        {
            return log.Length;
        }
        using var reader = Read(key);
        return await reader.LengthAsync(cancellationToken);
    }

    public override ValueTask SyncAsync(LogKey key, CancellationToken cancellationToken)
    {
        // A log that is not open has been sealed, or nothing was written to it since the start.
        if (_open.TryGetValue(key, out var log))
        {
            log.Sync();
        }
        return ValueTask.CompletedTask;
    }

    public override ValueTask SealAsync(LogKey key, CancellationToken cancellationToken)
    {
        Seal(key);
        return ValueTask.CompletedTask;
    }

    public override LogReader Read(LogKey key) => new FileLogReader(Files(key));

    public override async ValueTask<long> PackAsync(LogKey key, CancellationToken cancellationToken)
    {
        Seal(key);
        var files = Files(key);
        // While the written log is there it is the log, whatever lies beside it: a packing that was cut off begins anew.
        var written = new FileInfo(files.Written);
        if (!written.Exists)
        {
            return new FileInfo(files.Packed) is { Exists: true } packed ? packed.Length : 0;
        }
        if (written.Length <= SmallLog)
        {
            return written.Length;
        }
        using var log = new FileLogReader(files);
        var size = await PackedFile.WriteAsync(files.Packed, log, cancellationToken);
        Delete(files.Written, files.Times);
        return size;
    }

    public override ValueTask RemoveAsync(LogKey key, CancellationToken cancellationToken)
    {
        Seal(key);
        var files = Files(key);
        // The packed one first: a reader that finds no written log looks for a packed one.
        Delete(files.Packed, $"{files.Packed}.new", files.Times, files.Written);
        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        foreach (var (key, _) in _open)
        {
            Seal(key);
        }
    }

    private static void Delete(params ReadOnlySpan<string> files)
    {
        foreach (var file in files)
        {
            try
            {
                File.Delete(file);
            }
            catch (DirectoryNotFoundException)
            {
                // Nothing of that thousand was ever written.
            }
        }
    }

    private void Seal(LogKey key)
    {
        if (_open.TryRemove(key, out var log))
        {
            log.Seal();
        }
    }

    private OpenLog Create(LogKey key)
    {
        var files = Files(key);
        DataDirectory.Ensure(files.Directory);
        return new OpenLog(files.Written, files.Times);
    }

    private LogFiles Files(LogKey key) => LogFiles.Of(data.Logs, key);
}
