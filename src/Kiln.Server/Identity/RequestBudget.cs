using System.Collections.Concurrent;
using Kiln.Server.Settings;

namespace Kiln.Server.Identity;

/// <summary>
/// How many requests each caller may make: so many a second in the long run, and twice as many at once. Safe for concurrent
/// use; a caller costs one number.
/// </summary>
public sealed class RequestBudget(KilnOptions options, TimeProvider time)
{
    private const int BurstSeconds = 2;
    private const int MostCallers = 10_000;

    private readonly ConcurrentDictionary<string, Account> _accounts = new(StringComparer.Ordinal);

    /// <summary>Takes one request out of a caller's budget.</summary>
    /// <param name="caller">Name of a token, or the address that a request without a valid one comes from.</param>
    /// <returns>0 when it may be served, else the seconds until the next one may.</returns>
    public int Take(string caller)
    {
        if (options.RateLimit == 0)
        {
            return 0;
        }
        var now = time.GetTimestamp();
        if (_accounts.Count > MostCallers)
        {
            Forget(now);
        }
        var wait = _accounts.GetOrAdd(caller, static _ => new Account())
            .Take(now, time.TimestampFrequency / options.RateLimit, BurstSeconds * time.TimestampFrequency);
        return wait == 0 ? 0 : (int)(wait / time.TimestampFrequency) + 1;
    }

    // An account that is whole again says no more than none.
    private void Forget(long now)
    {
        foreach (var (caller, account) in _accounts)
        {
            if (account.IsWhole(now))
            {
                _accounts.TryRemove(KeyValuePair.Create(caller, account));
            }
        }
    }

    private sealed class Account
    {
        private long _wholeAt = long.MinValue;

        public bool IsWhole(long now) => Volatile.Read(ref _wholeAt) <= now;

        public long Take(long now, long cost, long burst)
        {
            while (true)
            {
                var before = Volatile.Read(ref _wholeAt);
                var after = Math.Max(now, before) + cost;
                if (after - now > burst)
                {
                    return after - now - burst;
                }
                if (Interlocked.CompareExchange(ref _wholeAt, after, before) == before)
                {
                    return 0;
                }
            }
        }
    }
}
