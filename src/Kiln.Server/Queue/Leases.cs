using System.Security.Cryptography;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Runs;
using Kiln.Server.Runs.State;
using Kiln.Server.Storage;

namespace Kiln.Server.Queue;

/// <summary>Who runs what: gives attempts to agents, and squares what an agent holds with what it should.</summary>
public sealed partial class Leases(
    Database database, SpecMaker specs, RunSignals signals, TimeProvider time, ILogger<Leases> logger)
{
    // Bounds one reply; the agent asks again at once when it has room for more.
    private const int TakeLimit = 64;

    /// <summary>Leases as many waiting attempts as the agent has room for by this server's count.</summary>
    internal async Task<List<Lease>> TakeAsync(AgentInfo agent, CancellationToken cancellationToken)
    {
        if (agent.Draining)
        {
            return [];
        }
        var taken = await database.WriteAsync(
            async session =>
            {
                var free = Math.Min(TakeLimit, agent.Capacity - await QueueSql.CountAsync(session, agent.AgentId));
                var materials = new List<LeaseMaterial>();
                if (free > 0)
                {
                    foreach (var key in await QueueSql.LeaseAsync(session, agent.AgentId, free))
                    {
                        await LeaseSql.HandOverAsync(session, key, agent);
                        materials.Add((await LeaseSql.MaterialAsync(session, key))!);
                    }
                }
                return materials;
            },
            cancellationToken);
        foreach (var material in taken)
        {
            Log.Leased(logger, material.Key.RunId, material.Key.Attempt, agent.Name);
            signals.Changed(material.Key.RunId);
        }
        return await MakeAsync(taken, cancellationToken);
    }

    /// <summary>Compares what an agent holds with its leases, see <see cref="PollRequest"/>.</summary>
    internal async Task<Reconciliation> ReconcileAsync(PollRequest poll, CancellationToken cancellationToken)
    {
        var active = await database.ReadAsync(
            session => QueueSql.OfAgentAsync(session, poll.Agent.AgentId), cancellationToken);
        var again = new List<LeaseMaterial>();
        var stops = new List<StopOrder>();
        foreach (var lease in active)
        {
            var isHeld = poll.Holding.Contains(lease.Key);
            if (!isHeld && lease.IsReported)
            {
                await LoseAsync(lease.Key, RunReason.HostLostRun, LostRunMessage(poll.Agent.Name), cancellationToken);
                continue;
            }
            if (!isHeld)
            {
                again.Add(await database.ReadAsync(
                    async session => (await LeaseSql.MaterialAsync(session, lease.Key))!, cancellationToken));
            }
            else if (lease.IsSilent)
            {
                await ReturnAsync(lease.Key, poll.Agent.AgentId, cancellationToken);
            }
            if (lease.Stop is { } stop)
            {
                stops.Add(stop);
            }
        }
        foreach (var held in poll.Holding)
        {
            if (!active.Exists(lease => lease.Key == held)
                && !await ReturnAsync(held, poll.Agent.AgentId, cancellationToken))
            {
                stops.Add(new StopOrder(held, "stale", ""));
            }
        }
        return new Reconciliation(await MakeAsync(again, cancellationToken), stops);
    }

    /// <summary>Orders to stop among an agent's leases.</summary>
    internal async Task<List<StopOrder>> StopsAsync(string agentId, CancellationToken cancellationToken)
    {
        var stops = new List<StopOrder>();
        foreach (var lease in await database.ReadAsync(session => QueueSql.OfAgentAsync(session, agentId), cancellationToken))
        {
            if (lease.Stop is { } stop)
            {
                stops.Add(stop);
            }
        }
        return stops;
    }

    /// <summary>The same lease once more, for an agent that adopts a run directory; <c>null</c> = stale.</summary>
    internal async Task<Lease?> AgainAsync(LeaseKey key, CancellationToken cancellationToken)
    {
        var material = await database.WriteAsync(
            async session =>
            {
                if (await LeaseSql.FindAsync(session, key) is not { } attempt || !attempt.Accepts(key) || attempt.IsEnded)
                {
                    return null;
                }
                await HeardAsync(session, attempt);
                return await LeaseSql.MaterialAsync(session, key);
            },
            cancellationToken);
        return material is null ? null : specs.Make(material);
    }

    /// <summary>Gives a leased attempt up; nothing happens when the lease has gone.</summary>
    internal Task LoseAsync(LeaseKey key, string reason, string message, CancellationToken cancellationToken)
    {
        Log.Lost(logger, key.RunId, key.Attempt, message);
        return FoldAsync(key, new RunFact.Lost(reason, message), isOver: true, cancellationToken);
    }

    /// <summary>Notes that an attempt's host is silent.</summary>
    internal Task SilentAsync(LeaseKey key, string host, CancellationToken cancellationToken) =>
        FoldAsync(key, new RunFact.HostSilent(host), isOver: false, cancellationToken);

    private static string LostRunMessage(string host) =>
        $"Host {host} does not have this run any more (its data directory was emptied or replaced). Retry the run.";

    private async Task<List<Lease>> MakeAsync(List<LeaseMaterial> materials, CancellationToken cancellationToken)
    {
        var leases = new List<Lease>(materials.Count);
        foreach (var material in materials)
        {
            try
            {
                leases.Add(specs.Make(material));
            }
            catch (CryptographicException failure)
            {
                var message = $"The run's secrets cannot be opened: {failure.Message}";
                await FoldAsync(
                    material.Key, new RunFact.CannotStart(RunReason.InternalError, message), isOver: true, cancellationToken);
            }
        }
        return leases;
    }

    // An agent names a run: its host is heard again, and a given-up attempt is its own again. False = not its run.
    private async Task<bool> ReturnAsync(LeaseKey key, string agentId, CancellationToken cancellationToken)
    {
        var isItsOwn = await database.WriteAsync(
            async session =>
            {
                if (await LeaseSql.FindAsync(session, key) is not { } attempt
                    || !attempt.Accepts(key) || attempt.AgentId != agentId)
                {
                    return false;
                }
                await HeardAsync(session, attempt);
                return true;
            },
            cancellationToken);
        signals.Changed(key.RunId);
        return isItsOwn;
    }

    private async ValueTask HeardAsync(SqlSession session, AttemptRow attempt)
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

    private async Task FoldAsync(LeaseKey key, RunFact fact, bool isOver, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            async session =>
            {
                if (await LeaseSql.FindAsync(session, key) is not { Lease: not null } attempt || !attempt.Accepts(key))
                {
                    return false;
                }
                var next = RunReducer.Apply(attempt.State, fact, Now());
                await RunSql.SaveAsync(session, key.RunId, key.Attempt, attempt.State, next);
                if (isOver)
                {
                    await QueueSql.RemoveAsync(session, key.RunId);
                }
                else
                {
                    await QueueSql.SetSilentAsync(session, key.RunId, isSilent: true);
                }
                return true;
            },
            cancellationToken);
        signals.Changed(key.RunId);
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Run {RunId} attempt {Attempt} goes to host {Host}.")]
        public static partial void Leased(ILogger logger, long runId, int attempt, string host);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Run {RunId} attempt {Attempt} is lost: {Why}")]
        public static partial void Lost(ILogger logger, long runId, int attempt, string why);
    }
}

/// <summary>What an agent is to be told at the beginning of a poll.</summary>
internal sealed record Reconciliation(List<Lease> Again, List<StopOrder> Stops);
