using System.Collections.Concurrent;
using Kiln.Contracts.Protocol;
using Kiln.Server.Queue.Hosts;

namespace Kiln.Server.Queue;

/// <summary>Holds the poll of each agent until there is something to say.</summary>
public sealed class Dispatch(Leases leases, HeldLeases held, HostRoster hosts, QueueBells bells, TimeProvider time)
{
    private static readonly TimeSpan Hold = HostRoster.ReachablePeriod / 3;

    // Orders an agent was told last time. They are repeated with the next reply, but do not cause one: an agent that
    // polls while it stops a run must not be answered in a circle.
    private readonly ConcurrentDictionary<string, IReadOnlyList<StopOrder>> _told = new(StringComparer.Ordinal);

    /// <summary>Answers a poll, see <see cref="PollRequest"/>.</summary>
    public async Task<PollReply> PollAsync(PollRequest poll, CancellationToken cancellationToken)
    {
        var agent = poll.Agent;
        if (hosts.HasRestarted(agent))
        {
            // Before the new boot is noted: a server that is killed in between does this again.
            await held.LoseWithMachineAsync(poll, cancellationToken);
        }
        var isNew = await hosts.SeenAsync(agent, cancellationToken);
        var bell = bells.Take(agent.AgentId, Needs.Offers(agent));
        var began = time.GetTimestamp();
        try
        {
            var (start, stops) = await held.ReconcileAsync(poll, cancellationToken);
            while (true)
            {
                if (bell.IsSuperseded)
                {
                    return Reply([], []);
                }
                await TakeAsync(agent, bell, start, cancellationToken);
                // A newcomer is answered at once: so it knows, and can say, that it is taken.
                if (isNew || start.Count > 0 || HasNews(agent.AgentId, stops)
                    || !await bell.WaitAsync(Hold - time.GetElapsedTime(began), time, cancellationToken))
                {
                    _told[agent.AgentId] = stops;
                    return Reply(start, stops);
                }
                var ordered = await held.StopsAsync(agent.AgentId, cancellationToken);
                stops = [.. stops.Where(stop => stop.Cause == "stale"), .. ordered];
            }
        }
        finally
        {
            bells.Return(agent.AgentId, bell);
            hosts.Heard(agent.AgentId);
        }
    }

    private async Task TakeAsync(AgentInfo agent, Bell bell, List<Lease> start, CancellationToken cancellationToken)
    {
        var rungFor = bell.TakeWork();
        var taken = await leases.TakeAsync(agent, hosts.IsPaused(agent.AgentId), cancellationToken);
        bell.HasRoom(taken.Room);
        start.AddRange(taken.Leases);
        if (taken.Room == 0 && taken.Leases.Count < rungFor.Count)
        {
            bells.HandOn(rungFor);
        }
    }

    private static PollReply Reply(List<Lease> start, List<StopOrder> stops) => new(start, stops, (int)Hold.TotalSeconds);

    private bool HasNews(string agentId, List<StopOrder> stops)
    {
        var told = _told.GetValueOrDefault(agentId, []);
        foreach (var stop in stops)
        {
            if (!told.Contains(stop))
            {
                return true;
            }
        }
        return false;
    }
}
