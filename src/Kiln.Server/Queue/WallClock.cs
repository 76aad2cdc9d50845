namespace Kiln.Server.Queue;

/// <summary>
/// The wall clock, which stored times are of, and how far it was set forward while this server looked: that time has not passed. Set
/// back it makes waiting longer and nothing wrong, so that is left as it is.
/// </summary>
public sealed class WallClock(TimeProvider time)
{
    // Less is what a clock that is kept right does.
    private const long JumpMs = 5000;

    private readonly Lock _gate = new();
    private readonly List<(long Before, long Ms)> _jumps = [];
    private long _stamp = time.GetTimestamp();
    private long _now = time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Looks whether it was set. Of two looks the time between counts as before, so they should not be far apart.</summary>
    public void Look()
    {
        lock (_gate)
        {
            var (stamp, now) = (time.GetTimestamp(), time.GetUtcNow().ToUnixTimeMilliseconds());
            var jumped = now - _now - (long)time.GetElapsedTime(_stamp, stamp).TotalMilliseconds;
            if (jumped >= JumpMs)
            {
                _jumps.Add((_now, jumped));
            }
            (_stamp, _now) = (stamp, now);
        }
    }

    /// <summary>Milliseconds that have passed, as of the last look, since a time that the clock told (Unix milliseconds).</summary>
    public long Since(long then)
    {
        lock (_gate)
        {
            // What it told behind a jump it told as it is now.
            return _now - then - _jumps.Where(jump => then < jump.Before + jump.Ms).Sum(static jump => jump.Ms);
        }
    }
}
