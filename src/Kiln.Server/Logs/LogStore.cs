using System.Collections.Concurrent;
using Kiln.Server.Settings;

namespace Kiln.Server.Logs;

/// <summary>
/// Logs of attempts: bytes that are appended at offsets and read from offsets. How they lie on disk is known here only
/// (one plain file per attempt now). Safe for concurrent use.
/// </summary>
public sealed class LogStore(DataDirectory data) : IDisposable
{
    private readonly ConcurrentDictionary<LogKey, OpenLog> _open = new();

    /// <summary>
    /// Appends what is not there yet of <paramref name="bytes"/>; the length now. Repeating changes nothing, and bytes beyond
    /// the end are not taken. Not durable before <see cref="Seal"/>.
    /// </summary>
    /// <param name="key">Which log.</param>
    /// <param name="offset">Where the first byte belongs.</param>
    /// <param name="bytes">May be empty.</param>
    public long Append(LogKey key, long offset, ReadOnlySpan<byte> bytes) => bytes.IsEmpty && !_open.ContainsKey(key)
        ? Length(key)
        : _open.GetOrAdd(key, static (key, store) => store.Create(key), this).Append(offset, bytes);

    /// <summary>Bytes that are there.</summary>
    public long Length(LogKey key)
    {
        if (_open.TryGetValue(key, out var log))
        {
            return log.Length;
        }
        var file = new FileInfo(PathOf(key));
        return file.Exists ? file.Length : 0;
    }

    /// <summary>Makes everything appended so far durable and lets go of the log; it can be appended to again.</summary>
    public void Seal(LogKey key)
    {
        if (_open.TryRemove(key, out var log))
        {
            log.Seal();
        }
    }

    /// <summary>Opens a log for reading, also one that grows or has no bytes yet.</summary>
    public LogReader Read(LogKey key) => new(PathOf(key));

    public void Dispose()
    {
        foreach (var (key, _) in _open)
        {
            Seal(key);
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
