using System.Collections.Concurrent;

namespace Kiln.Server.Storage;

/// <summary>Keeps what was used last, within a bound, in two generations. Safe for concurrent use.</summary>
/// <param name="room">Weight of a generation.</param>
/// <param name="comparer">When two keys are the same.</param>
internal sealed class RecentlyUsed<TKey, T>(int room, IEqualityComparer<TKey> comparer)
    where TKey : notnull
    where T : class
{
    private readonly Lock _gate = new();
    private volatile ConcurrentDictionary<TKey, Entry> _young = new(comparer);
    private volatile ConcurrentDictionary<TKey, Entry> _old = new(comparer);
    private int _taken;

    /// <summary>What is kept under a key, or <c>null</c>.</summary>
    public T? Find(TKey key)
    {
        if (_young.TryGetValue(key, out var entry))
        {
            return entry.Value;
        }
        if (_old.TryGetValue(key, out entry))
        {
            Keep(key, entry.Value, entry.Weight);
            return entry.Value;
        }
        return null;
    }

    /// <summary>Keeps a value, in place of what its key had; not one that would push out many others.</summary>
    public void Keep(TKey key, T value, int weight)
    {
        if (weight > room / 4)
        {
            return;
        }
        lock (_gate)
        {
            if (_taken + weight > room)
            {
                (_old, _young, _taken) = (_young, new(comparer), 0);
            }
            _young[key] = new Entry(value, weight);
            _taken += weight;
        }
    }

    private sealed record Entry(T Value, int Weight);
}
