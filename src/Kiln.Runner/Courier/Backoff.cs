namespace Kiln.Runner.Courier;

/// <summary>Growing pauses between attempts to reach a server: 100 ms doubling to 10 s, each shortened by a random
/// part up to the half, so that many agents do not come back at one moment.</summary>
public sealed class Backoff(TimeProvider clock)
{
    private const double FirstMs = 100;
    private const double LongestMs = 10_000;

    private double _nextMs = FirstMs;

    /// <summary>The last attempt worked.</summary>
    public void Reset() => _nextMs = FirstMs;

    /// <summary>Waits before the next attempt.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromMilliseconds(_nextMs * (0.5 + (Random.Shared.NextDouble() / 2)));
        _nextMs = Math.Min(_nextMs * 2, LongestMs);
        return Task.Delay(pause, clock, cancellationToken);
    }
}
