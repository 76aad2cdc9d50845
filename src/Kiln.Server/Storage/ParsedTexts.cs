using System.Collections.Concurrent;

namespace Kiln.Server.Storage;

/// <summary>
/// What stored texts say, parsed once and handed out again while the same text is read again: an ended run, a definition. It is
/// found by the whole text, so it cannot be out of date. Keeps what was read last, within a bound. Safe for concurrent use.
/// </summary>
/// <param name="parse">Pure; makes a value that nothing changes.</param>
internal sealed class ParsedTexts<T>(Func<string, T> parse)
    where T : class
{
    /// <summary>Characters of a generation; there are two.</summary>
    public const int Room = 64 * 1024;

    private readonly Lock _gate = new();
    private volatile ConcurrentDictionary<string, T> _young = new(StringComparer.Ordinal);
    private volatile ConcurrentDictionary<string, T> _old = new(StringComparer.Ordinal);
    private int _taken;

    /// <summary>What a text says.</summary>
    /// <exception cref="Exception">What parsing it throws; nothing is kept then.</exception>
    public T Of(string text)
    {
        if (_young.TryGetValue(text, out var value))
        {
            return value;
        }
        if (!_old.TryGetValue(text, out value))
        {
            value = parse(text);
        }
        if (text.Length <= Room / 4)
        {
            Keep(text, value);
        }
        return value;
    }

    private void Keep(string text, T value)
    {
        lock (_gate)
        {
            if (_taken + text.Length > Room)
            {
                (_old, _young, _taken) = (_young, new(StringComparer.Ordinal), 0);
            }
            if (_young.TryAdd(text, value))
            {
                _taken += text.Length;
            }
        }
    }
}
