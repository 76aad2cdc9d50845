using System.Collections.Concurrent;
using Kiln.Contracts.Protocol;
using Kiln.Server.Storage;

namespace Kiln.Server.Queue.Hosts;

/// <summary>
/// Who is there: every agent seen, and how long ago by this server's monotonic clock. A server that has just started gives
/// every host it knew a full period before it calls it silent.
/// </summary>
public sealed class HostRoster(Database database, TimeProvider time)
{
    /// <summary>Silence after which a host counts as unreachable.</summary>
    public static readonly TimeSpan ReachablePeriod = TimeSpan.FromSeconds(30);

    // How stale the stored time of a host's last sign of life may be: it is for people after a restart, and for
    // the other servers on the database.
    private readonly TimeSpan _storePeriod = database.IsShared ? ReachablePeriod / 3 : TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, Presence> _present = new(StringComparer.Ordinal);

    /// <summary>Loads the hosts that were known before the start.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(HostSql.ListAsync, cancellationToken);
        var now = time.GetTimestamp();
        foreach (var row in rows)
        {
            _present.TryAdd(row.Agent.AgentId, new Presence(
                row.Agent, now, now, row.LastSeen, row.LastSeen, HasPolled: false, row.IsPaused));
        }
    }

    /// <summary>Whether the machine of an agent was started anew since the last poll that was noted.</summary>
    public bool HasRestarted(AgentInfo agent) =>
        _present.TryGetValue(agent.AgentId, out var known)
        && known.Agent.BootId is { Length: > 0 } before && agent.BootId is { Length: > 0 } now && before != now;

    /// <summary>Notes a poll; a new or changed host is stored before this returns.</summary>
    /// <returns>True when it is the agent's first poll of this server process.</returns>
    public async Task<bool> SeenAsync(AgentInfo agent, CancellationToken cancellationToken)
    {
        var stamp = time.GetTimestamp();
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        _present.TryGetValue(agent.AgentId, out var known);
        if (known is null || !SameHost(known.Agent, agent))
        {
            await database.WriteAsync(session => HostSql.SaveAsync(session, agent, now), cancellationToken);
            _present[agent.AgentId] = new Presence(agent, stamp, stamp, now, now, HasPolled: true, known?.IsPaused ?? false);
            return known is not { HasPolled: true };
        }
        var isDue = time.GetElapsedTime(known.StoredStamp, stamp) >= _storePeriod;
        _present[agent.AgentId] = known with
        {
            Agent = agent, SeenStamp = stamp, SeenAt = now, HasPolled = true,
            StoredStamp = isDue ? stamp : known.StoredStamp, StoredSeen = isDue ? now : known.StoredSeen,
        };
        if (isDue)
        {
            await database.WriteAsync(session => HostSql.TouchAsync(session, agent.AgentId, now), cancellationToken);
        }
        return !known.HasPolled;
    }

    /// <summary>Notes a sign of life of a run on the host.</summary>
    public void Heard(string agentId)
    {
        if (_present.TryGetValue(agentId, out var known))
        {
            var heard = known with { SeenStamp = time.GetTimestamp(), SeenAt = time.GetUtcNow().ToUnixTimeMilliseconds() };
            _present.TryUpdate(agentId, heard, known);
        }
    }

    /// <summary>
    /// Takes over what other servers stored: a sign of life that is new since the last look counts from now, so that no two
    /// clocks are compared.
    /// </summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(HostSql.ListAsync, cancellationToken);
        var now = time.GetTimestamp();
        foreach (var row in rows)
        {
            var heard = new Presence(row.Agent, now, now, row.LastSeen, row.LastSeen, HasPolled: true, row.IsPaused);
            var known = _present.GetOrAdd(row.Agent.AgentId, heard);
            if (known.StoredSeen != row.LastSeen)
            {
                _present.TryUpdate(row.Agent.AgentId, heard, known);
            }
            else if (known.IsPaused != row.IsPaused)
            {
                _present.TryUpdate(row.Agent.AgentId, known with { IsPaused = row.IsPaused }, known);
            }
        }
    }

    /// <summary>Whether an administrator keeps runs from the host.</summary>
    public bool IsPaused(string agentId) => _present.TryGetValue(agentId, out var known) && known.IsPaused;

    /// <summary>Keeps new runs from a host, or lets them come again; those it has go on. Durable.</summary>
    /// <returns>The agents of that id or name; none when there is no such host.</returns>
    public async Task<IReadOnlyList<string>> PauseAsync(string host, bool isPaused, CancellationToken cancellationToken)
    {
        var meant = _present.Values.Where(known => known.Agent.AgentId == host || known.Agent.Name == host)
            .Select(known => known.Agent.AgentId).ToList();
        foreach (var agentId in meant)
        {
            await database.WriteAsync(session => HostSql.PauseAsync(session, agentId, isPaused), cancellationToken);
            while (_present.TryGetValue(agentId, out var known)
                && !_present.TryUpdate(agentId, known with { IsPaused = isPaused }, known))
            {
                // It was heard at this moment.
            }
        }
        return meant;
    }

    /// <summary>Counts every host's silence anew.</summary>
    public void GiveFullPeriod()
    {
        var now = time.GetTimestamp();
        foreach (var (agentId, known) in _present)
        {
            _present.TryUpdate(agentId, known with { SeenStamp = now }, known);
        }
    }

    /// <summary>How long nothing was heard of an agent; one never heard of counts from its first mention.</summary>
    public TimeSpan Silence(string agentId)
    {
        var now = time.GetTimestamp();
        var known = _present.GetOrAdd(agentId, id => new Presence(Unknown(id), now, now, 0, 0, HasPolled: false, IsPaused: false));
        return time.GetElapsedTime(known.SeenStamp, now);
    }

    /// <summary>Name of a host for people.</summary>
    public string Name(string agentId) => _present.TryGetValue(agentId, out var known) ? known.Agent.Name : agentId;

    /// <summary>Every host, ordered by name.</summary>
    public IReadOnlyList<HostPresence> All()
    {
        var now = time.GetTimestamp();
        var all = new List<HostPresence>();
        foreach (var (_, known) in _present)
        {
            var isReachable = known.HasPolled && time.GetElapsedTime(known.SeenStamp, now) < ReachablePeriod;
            all.Add(new HostPresence(known.Agent, isReachable, known.SeenAt, known.IsPaused));
        }
        all.Sort(static (a, b) => string.CompareOrdinal(a.Agent.Name, b.Agent.Name) is not 0 and var order
            ? order
            : string.CompareOrdinal(a.Agent.AgentId, b.Agent.AgentId));
        return all;
    }

    private static AgentInfo Unknown(string agentId) => new(agentId, agentId, "", 0, "", "", [], 0, [], Draining: false);

    private static bool SameHost(AgentInfo a, AgentInfo b) =>
        a with { Labels = [], Shells = [], Draining = false } == b with { Labels = [], Shells = [], Draining = false }
        && a.Labels.SequenceEqual(b.Labels)
        && a.Shells.SequenceEqual(b.Shells);

    private sealed record Presence(
        AgentInfo Agent, long SeenStamp, long StoredStamp, long SeenAt, long StoredSeen, bool HasPolled, bool IsPaused);
}

/// <summary>A host now.</summary>
/// <param name="Agent">What it said of itself.</param>
/// <param name="IsReachable">It has polled lately.</param>
/// <param name="SeenAt">Unix milliseconds of its last sign of life.</param>
/// <param name="IsPaused">An administrator keeps new runs from it.</param>
public sealed record HostPresence(AgentInfo Agent, bool IsReachable, long SeenAt, bool IsPaused = false)
{
    /// <summary>Takes new runs, if they fit.</summary>
    public bool TakesRuns => IsReachable && !IsPaused && Agent is { Draining: false, Capacity: > 0 };

    /// <summary>In a word: <c>online</c>, <c>paused</c>, <c>draining</c> or <c>unreachable</c>.</summary>
    public string Status => !IsReachable ? "unreachable" : IsPaused ? "paused" : Agent.Draining ? "draining" : "online";
}
