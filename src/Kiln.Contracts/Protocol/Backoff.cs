namespace Kiln.Contracts.Protocol;

/// <summary>
/// Growing pauses between attempts to reach somebody: each twice the one before up to the longest, and shortened by a random
/// part up to the half, so that not everybody comes back at one moment. For one caller at a time.
/// </summary>
/// <param name="clock">For the wait.</param>
/// <param name="first">The first pause.</param>
/// <param name="longest">The longest one.</param>
public sealed class Backoff(TimeProvider clock, TimeSpan first, TimeSpan longest)
{
    // Null = the first one.
    private TimeSpan? _next;

    /// <summary>As agents and runners try to reach their server: 100 ms to 10 s.</summary>
    public Backoff(TimeProvider clock)
        : this(clock, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10))
    {
    }

    /// <summary>The last attempt worked.</summary>
    public void Reset() => _next = null;

    /// <summary>The pause before the next attempt.</summary>
    public TimeSpan Next()
    {
        var whole = _next ?? first;
        _next = whole * 2 < longest ? whole * 2 : longest;
        return whole * (0.5 + (Random.Shared.NextDouble() / 2));
    }

    /// <summary>Waits before the next attempt.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => Task.Delay(Next(), clock, cancellationToken);
}
