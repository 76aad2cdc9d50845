using System.Collections.Concurrent;
using Kiln.Server.Settings;

namespace Kiln.Server.Logs;

/// <summary>Logs as files in the data directory, one for each attempt.</summary>
public sealed class FileLogs(DataDirectory data) : LogStore, IDisposable
{
    private readonly ConcurrentDictionary<LogKey, OpenLog> _open = new();

    public override ValueTask<long> AppendAsync(
        LogKey key, long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        bytes.IsEmpty && !_open.ContainsKey(key)
            ? LengthAsync(key, cancellationToken)
            : ValueTask.FromResult(
                _open.GetOrAdd(key, static (key, store) => store.Create(key), this).Append(offset, bytes.Span));

    public override ValueTask<long> LengthAsync(LogKey key, CancellationToken cancellationToken)
    {
        if (_open.TryGetValue(key, out var log))
        {
            return ValueTask.FromResult(log.Length);
        }
        var file = new FileInfo(PathOf(key));
        return ValueTask.FromResult(file.Exists ? file.Length : 0);
    }

    public override ValueTask SealAsync(LogKey key, CancellationToken cancellationToken)
    {
        Seal(key);
        return ValueTask.CompletedTask;
    }

    public override LogReader Read(LogKey key) => new FileLogReader(PathOf(key));

    public void Dispose()
    {
        foreach (var (key, _) in _open)
        {
            Seal(key);
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
        var path = PathOf(key);
        DataDirectory.Ensure(Path.GetDirectoryName(path)!);
        return new OpenLog(path);
    }

    // A directory holds the logs of a thousand runs: neither one huge directory nor one for each run.
    private string PathOf(LogKey key) =>
        Path.Combine(data.Logs, $"{key.RunId / 1000:D6}", $"{key.RunId}-{key.Attempt}.log");
}
