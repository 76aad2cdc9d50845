using System.Collections.Concurrent;
using Kiln.Contracts.Protocol;

namespace Kiln.Server.Queue.Pods;

/// <summary>
/// How long each pod has said nothing, by this server's monotonic clock. A pod that this server has not heard yet counts from
/// the first time it is asked about, so a restart gives every pod a full period.
/// </summary>
public sealed class PodHearing(TimeProvider time)
{
    private readonly ConcurrentDictionary<LeaseKey, Ear> _heard = new();

    /// <summary>Notes a sign of life.</summary>
    public void Heard(LeaseKey key) => _heard.AddOrUpdate(
        key,
        static (_, now) => new Ear(now, StoredAt: 0, WasHeard: true),
        static (_, ear, now) => ear with { Stamp = now, WasHeard = true },
        time.GetTimestamp());

    /// <summary>
    /// Takes over what another server stored: a sign of life that is new since the last look counts from now, so that no two
    /// clocks are compared.
    /// </summary>
    /// <param name="key">The lease.</param>
    /// <param name="storedAt">What is stored, see <see cref="PodRecord.HeardAt"/>; 0 = nothing.</param>
    public void Refresh(LeaseKey key, long storedAt)
    {
        var now = time.GetTimestamp();
        _heard.AddOrUpdate(
            key,
            _ => new Ear(now, storedAt, WasHeard: storedAt > 0),
            (_, ear) => ear.StoredAt == storedAt ? ear : new Ear(now, storedAt, WasHeard: true));
    }

    /// <summary>How long nothing was heard, and whether anything ever was.</summary>
    public (TimeSpan Silence, bool WasHeard) Silence(LeaseKey key)
    {
        var now = time.GetTimestamp();
        var ear = _heard.GetOrAdd(key, static (_, now) => new Ear(now, StoredAt: 0, WasHeard: false), now);
        return (time.GetElapsedTime(ear.Stamp, now), ear.WasHeard);
    }

    /// <summary>Counts the silence of every pod anew.</summary>
    public void GiveFullPeriod()
    {
        var now = time.GetTimestamp();
        foreach (var (key, ear) in _heard)
        {
            _heard.TryUpdate(key, ear with { Stamp = now }, ear);
        }
    }

    public void Forget(LeaseKey key) => _heard.TryRemove(key, out _);

    private sealed record Ear(long Stamp, long StoredAt, bool WasHeard);
}
