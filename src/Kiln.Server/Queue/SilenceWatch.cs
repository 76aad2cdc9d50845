using Kiln.Contracts.Runs;
using Kiln.Server.Queue.Hosts;
using Kiln.Server.Runs;
using Kiln.Server.Runs.State;
using Kiln.Server.Settings;
using Kiln.Server.Storage;

namespace Kiln.Server.Queue;

/// <summary>
/// Notices what nobody reports: hosts that say nothing (first unreachable, then their runs are lost) and runs that wait
/// longer than runs may. Silence is measured by <see cref="HostRoster"/>, so a restart gives every host a full period.
/// </summary>
public sealed partial class SilenceWatch(
    Database database, LeaseFacts facts, HostRoster hosts, RunSignals signals, QueueBells bells, SilenceLimits limits)
    : PeriodicLook(limits.Time, SilenceWatch.Period)
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    public override async Task LookAsync(CancellationToken cancellationToken)
    {
        limits.Clock.Look();
        if (database.IsShared)
        {
            await hosts.RefreshAsync(cancellationToken);
            // The server that looked after them may have died.
            signals.CommitsMayBeWanted();
        }
        if (await database.ReadAsync(QueueSql.AnyHeldAsync, cancellationToken)
            && await database.WriteAsync(Admission.LookAsync, cancellationToken))
        {
            bells.RingRoom();
        }
        foreach (var agentId in await database.ReadAsync(QueueSql.AgentsAsync, cancellationToken))
        {
            var silence = hosts.Silence(agentId);
            if (silence >= HostRoster.ReachablePeriod)
            {
                await GiveUpAsync(agentId, silence, cancellationToken);
            }
        }
        var timeout = (long)limits.QueueTimeout.TotalMilliseconds;
        foreach (var (runId, queuedAt) in await database.ReadAsync(
            session => QueueSql.QueuedBeforeAsync(session, Now() - timeout), cancellationToken))
        {
            if (limits.Clock.Since(queuedAt) >= timeout)
            {
                await TimeOutAsync(runId, cancellationToken);
            }
        }
    }

    protected override void Failed(Exception failure)
    {
        Log.LookFailed(limits.Logger, failure);
        // While the database is away nobody can be heard through other servers.
        hosts.GiveFullPeriod();
    }

    private async Task GiveUpAsync(string agentId, TimeSpan silence, CancellationToken cancellationToken)
    {
        var host = hosts.Name(agentId);
        foreach (var lease in await database.ReadAsync(session => QueueSql.OfAgentAsync(session, agentId), cancellationToken))
        {
            if (silence >= limits.LostAfter)
            {
                await facts.LoseAsync(
                    lease.Key,
                    RunReason.HostLost,
                    $"Host {host} has not answered for {Durations.Spoken(limits.LostAfter)}. If it comes back with the run, its true "
                    + "result is taken; otherwise retry the run.",
                    cancellationToken);
            }
            else if (!lease.IsSilent)
            {
                await facts.SilentAsync(lease.Key, host, cancellationToken);
            }
        }
    }

    private async Task TimeOutAsync(long runId, CancellationToken cancellationToken)
    {
        var makesRoom = await database.WriteAsync(
            async session =>
            {
                if (await RunSql.GetAsync(session, runId, attempt: null) is not { IsWaiting: true } run)
                {
                    return false;
                }
                var fact = new RunFact.QueueTimedOut(
                    $"No host and no cluster took the run within {Durations.Spoken(limits.QueueTimeout)}.");
                return await WaitingEnd.OfAsync(session, run, fact, Now());
            },
            cancellationToken);
        signals.Changed(runId);
        if (makesRoom)
        {
            bells.RingRoom();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Looking for silent hosts failed; it is tried again.")]
        public static partial void LookFailed(ILogger logger, Exception exception);
    }
}

/// <summary>How long hosts may be silent and runs may wait, and the clocks for it.</summary>
public sealed class SilenceLimits(KilnOptions options, TimeProvider time, WallClock clock, ILogger<SilenceWatch> logger)
{
    public TimeSpan LostAfter => options.LostAfter;

    public TimeSpan QueueTimeout => options.QueueTimeout;

    public TimeProvider Time => time;

    public WallClock Clock => clock;

    public ILogger Logger => logger;
}
