using System.Collections.Concurrent;
using Kiln.Contracts.Protocol;
using Kiln.Server.Queue.Hosts;
using Kiln.Server.Runs;
using Kiln.Server.Storage;

namespace Kiln.Server.Queue.Pods;

/// <summary>Holds the heartbeat of each pod until there is something to say.</summary>
public sealed class Heartbeats(
    Database database, LeaseFacts facts, PodStore pods, PodHearing hearing, RunSignals signals, TimeProvider time)
{
    private static readonly TimeSpan Hold = HostRoster.ReachablePeriod / 3;

    // What a lease was told last time. It is repeated with the next reply, but does not cause one: a runner that calls while it
    // stops must not be answered in a circle.
    private readonly ConcurrentDictionary<LeaseKey, Told> _told = new();

    /// <summary>Answers a heartbeat, see <see cref="HeartbeatRequest"/>; <c>null</c> = the lease is stale.</summary>
    public async Task<HeartbeatReply?> AnswerAsync(HeartbeatRequest heartbeat, CancellationToken cancellationToken)
    {
        var key = heartbeat.Key;
        var began = time.GetTimestamp();
        using var changes = signals.Follow(key.RunId);
        await HeardAsync(key, cancellationToken);
        try
        {
            while (true)
            {
                // Taken before the state is read: a change in between wakes the wait.
                var next = changes.Next;
                if (await LookAsync(key, cancellationToken) is not { } now)
                {
                    _told.TryRemove(key, out _);
                    return null;
                }
                if (now.Notices.Count > heartbeat.NoticesHeard || HasNews(key, now)
                    || !await WaitAsync(next, Hold - time.GetElapsedTime(began), cancellationToken))
                {
                    if (now is not { Stop: null, Trouble: null })
                    {
                        _told[key] = new Told(now.Stop, now.Trouble);
                    }
                    return new HeartbeatReply(
                        now.Stop, now.Trouble, [.. now.Notices.Skip(heartbeat.NoticesHeard)], (int)Hold.TotalSeconds);
                }
            }
        }
        finally
        {
            hearing.Heard(key);
        }
    }

    private async Task HeardAsync(LeaseKey key, CancellationToken cancellationToken)
    {
        hearing.Heard(key);
        var attempt = await database.ReadAsync(session => LeaseSql.FindAsync(session, key), cancellationToken);
        if (attempt is null || !attempt.Accepts(key) || attempt.IsEnded)
        {
            return;
        }
        if (attempt.Lease is null or { IsSilent: true })
        {
            await ReturnAsync(key, cancellationToken);
        }
        if (database.IsShared)
        {
            await pods.HeardAsync(key, time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken);
        }
    }

    // A silent pod is heard again; a given-up attempt that nobody else has is its pod's again.
    private async Task ReturnAsync(LeaseKey key, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            async session =>
            {
                // One that was given up because of what the cluster says stays so until its runner tells the end.
                if (await LeaseSql.FindAsync(session, key) is { } attempt && attempt.Accepts(key)
                    && await PodSql.FindAsync(session, key) is not { Trouble: not null })
                {
                    await facts.HeardAsync(session, attempt);
                }
                return true;
            },
            cancellationToken);
        signals.Changed(key.RunId);
    }

    private Task<Look?> LookAsync(LeaseKey key, CancellationToken cancellationToken) => database.ReadAsync(
        async session =>
        {
            if (await LeaseSql.FindAsync(session, key) is not { IsEnded: false } attempt || !attempt.Accepts(key))
            {
                return null;
            }
            var pod = await PodSql.FindAsync(session, key);
            return new Look(attempt.Lease?.Stop, pod?.Trouble, pod?.Notices ?? []);
        },
        cancellationToken);

    private bool HasNews(LeaseKey key, Look now)
    {
        var told = _told.GetValueOrDefault(key, Told.Nothing);
        return (now.Stop is not null && now.Stop != told.Stop) || (now.Trouble is not null && now.Trouble != told.Trouble);
    }

    private async Task<bool> WaitAsync(Task next, TimeSpan atMost, CancellationToken cancellationToken)
    {
        if (atMost <= TimeSpan.Zero)
        {
            return false;
        }
        try
        {
            await next.WaitAsync(atMost, time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private sealed record Look(StopOrder? Stop, PodTrouble? Trouble, IReadOnlyList<string> Notices);

    private sealed record Told(StopOrder? Stop, PodTrouble? Trouble)
    {
        public static Told Nothing { get; } = new(null, null);
    }
}
