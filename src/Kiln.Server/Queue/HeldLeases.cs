using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Runs;
using Kiln.Server.Storage;

namespace Kiln.Server.Queue;

/// <summary>Squares what an agent says it holds with the leases it has.</summary>
public sealed class HeldLeases(Database database, Leases leases, LeaseFacts facts, SweptWorkspaces workspaces, RunSignals signals)
{
    /// <summary>Compares what an agent holds with its leases, see <see cref="PollRequest"/>.</summary>
    internal async Task<Reconciliation> ReconcileAsync(PollRequest poll, CancellationToken cancellationToken)
    {
        if (poll.Swept is { Count: > 0 } swept)
        {
            await workspaces.TakeAsync(poll.Agent.AgentId, swept, cancellationToken);
        }
        var active = await OfAgentAsync(poll.Agent.AgentId, cancellationToken);
        var again = new List<LeaseMaterial>();
        var stops = new List<StopOrder>();
        foreach (var lease in active)
        {
            var isHeld = poll.Holding.Contains(lease.Key);
            if (!isHeld && lease.IsReported)
            {
                await facts.LoseAsync(lease.Key, RunReason.HostLostRun, LostRunMessage(poll.Agent.Name), cancellationToken);
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
        return new Reconciliation(await leases.MakeAsync(again, cancellationToken), stops);
    }

    /// <summary>
    /// The agent's machine was started anew: of a lease that it does not hold nobody knows whether its script began, so it is not given out
    /// again.
    /// </summary>
    internal async Task LoseWithMachineAsync(PollRequest poll, CancellationToken cancellationToken)
    {
        foreach (var lease in await OfAgentAsync(poll.Agent.AgentId, cancellationToken))
        {
            if (!poll.Holding.Contains(lease.Key))
            {
                await facts.LoseAsync(
                    lease.Key, RunReason.HostLostRun, $"Host {poll.Agent.Name} was restarted while the run was on it. Retry the run.", cancellationToken);
            }
        }
    }

    /// <summary>Orders to stop among an agent's leases.</summary>
    internal async Task<List<StopOrder>> StopsAsync(string agentId, CancellationToken cancellationToken)
    {
        var stops = new List<StopOrder>();
        foreach (var lease in await OfAgentAsync(agentId, cancellationToken))
        {
            if (lease.Stop is { } stop)
            {
                stops.Add(stop);
            }
        }
        return stops;
    }

    private static string LostRunMessage(string host) =>
        $"Host {host} does not have this run any more (its data directory was emptied or replaced). Retry the run.";

    private Task<List<ActiveLease>> OfAgentAsync(string agentId, CancellationToken cancellationToken) =>
        database.ReadAsync(session => QueueSql.OfAgentAsync(session, agentId), cancellationToken);

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
                await facts.HeardAsync(session, attempt);
                return true;
            },
            cancellationToken);
        signals.Changed(key.RunId);
        return isItsOwn;
    }
}

/// <summary>What an agent is to be told at the beginning of a poll.</summary>
internal sealed record Reconciliation(List<Lease> Again, List<StopOrder> Stops);
