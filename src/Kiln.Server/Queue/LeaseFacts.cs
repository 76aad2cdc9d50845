using Kiln.Contracts.Protocol;
using Kiln.Server.Runs;
using Kiln.Server.Runs.State;
using Kiln.Server.Storage;
using Kiln.Server.Telemetry;

namespace Kiln.Server.Queue;

/// <summary>Folds what the server itself finds out about a leased attempt into it: silence, return, loss.</summary>
public sealed partial class LeaseFacts(
    Database database, RunSignals signals, QueueBells bells, RunMeasures measures, TimeProvider time, ILogger<LeaseFacts> logger)
{
    /// <summary>Gives a leased attempt up; nothing happens when the lease has gone.</summary>
    internal Task LoseAsync(LeaseKey key, string reason, string message, CancellationToken cancellationToken)
    {
        Log.Lost(logger, key.RunId, key.Attempt, message);
        return FoldAsync(key, new RunFact.Lost(reason, message), cancellationToken);
    }

    /// <summary>Ends a leased attempt that cannot begin.</summary>
    internal Task CannotStartAsync(LeaseKey key, string reason, string message, CancellationToken cancellationToken) =>
        FoldAsync(key, new RunFact.CannotStart(reason, message), cancellationToken);

    /// <summary>Notes that an attempt's host is silent.</summary>
    internal Task SilentAsync(LeaseKey key, string host, CancellationToken cancellationToken) =>
        FoldAsync(key, new RunFact.HostSilent(host), cancellationToken);

    /// <summary>Notes that an attempt's pod is silent.</summary>
    internal Task PodSilentAsync(LeaseKey key, string pod, CancellationToken cancellationToken) =>
        FoldAsync(key, new RunFact.PodSilent(pod), cancellationToken);

    /// <summary>Ends a leased attempt that was to stop and whose pod will not say so.</summary>
    internal Task StoppedAsync(LeaseKey key, string cause, string message, long logLength, CancellationToken cancellationToken) =>
        FoldAsync(key, new RunFact.Stopped(cause, message, logLength), cancellationToken);

    /// <summary>Ends a leased attempt whose pod has waited too long to begin.</summary>
    internal Task TimedOutAsync(LeaseKey key, string message, CancellationToken cancellationToken) =>
        FoldAsync(key, new RunFact.QueueTimedOut(message), cancellationToken);

    /// <summary>Notes that the log of an ended attempt is whole; repeating changes nothing.</summary>
    internal async Task LogClosedAsync(LeaseKey key, long stepEnd, long logLength, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            async session =>
            {
                if (await LeaseSql.FindAsync(session, key) is not { Lease: null } attempt || attempt.Key != key)
                {
                    return false;
                }
                var next = RunReducer.Apply(attempt.State, new RunFact.LogClosed(stepEnd, logLength), Now());
                await RunSql.SaveAsync(session, key.RunId, key.Attempt, attempt.State, next);
                return true;
            },
            cancellationToken);
        signals.Changed(key.RunId);
    }

    /// <summary>Notes why a leased attempt's pod has not begun; empty words = nothing holds it up any more.</summary>
    internal Task PodWaitsAsync(LeaseKey key, string reason, string message, CancellationToken cancellationToken) =>
        FoldAsync(key, new RunFact.PodWaits(reason, message), cancellationToken);

    /// <summary>Its runner is heard: the attempt is no longer silent, and a given-up one is its agent's lease again.</summary>
    internal async ValueTask HeardAsync(SqlSession session, AttemptRow attempt)
    {
        if (attempt.IsEnded)
        {
            return;
        }
        var heard = RunReducer.Apply(attempt.State, new RunFact.HostReturned(), Now());
        await RunSql.SaveAsync(session, attempt.Key.RunId, attempt.Key.Attempt, attempt.State, heard);
        if (attempt.Lease is null)
        {
            await LeaseSql.TakeBackAsync(session, attempt);
        }
        else if (attempt.Lease.IsSilent)
        {
            await QueueSql.SetSilentAsync(session, attempt.Key.RunId, isSilent: false);
        }
    }

    private async Task FoldAsync(LeaseKey key, RunFact fact, CancellationToken cancellationToken)
    {
        var (after, change) = await database.WriteAsync(
            async session =>
            {
                if (await LeaseSql.FindAsync(session, key) is not { Lease: { } lease } attempt || !attempt.Accepts(key))
                {
                    return (AfterEnd.Nothing, ((AttemptState Before, AttemptState After)?)null);
                }
                var next = RunReducer.Apply(attempt.State, fact, Now());
                await RunSql.SaveAsync(session, key.RunId, key.Attempt, attempt.State, next);
                if (fact is RunFact.HostSilent or RunFact.PodSilent)
                {
                    await QueueSql.SetSilentAsync(session, key.RunId, isSilent: true);
                }
                return (next.IsFinal ? await AfterEnd.OfAsync(session, key.RunId, lease, next, Now()) : AfterEnd.Nothing, (attempt.State, next));
            },
            cancellationToken);
        after.Announce(signals, bells);
        if (change is var (was, now) && !ReferenceEquals(was, now))
        {
            signals.Changed(key.RunId);
            if (fact is RunFact.Lost lost)
            {
                measures.Lost(lost.Reason);
            }
            measures.Changed(key, was, now);
        }
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Run {RunId} attempt {Attempt} is lost: {Why}")]
        public static partial void Lost(ILogger logger, long runId, int attempt, string why);
    }
}
