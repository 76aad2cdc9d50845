using System.Diagnostics.Metrics;
using Kiln.Contracts.Runs;
using Kiln.Server.Queue;
using Kiln.Server.Queue.Hosts;
using Kiln.Server.Storage;

namespace Kiln.Server.Telemetry;

/// <summary>What there is now: runs that wait, by reason, runs that hosts have, hosts by state.</summary>
public sealed class StateGauges
{
    private const string Waiting = """
        select q.run_id, q.ready, n.need from queue q left join queue_needs n on n.run_id = q.run_id
        where q.agent_id = '' order by q.run_id
        """;

    private static readonly string[] States = ["online", "paused", "draining", "unreachable"];

    private readonly Database _database;
    private readonly HostRoster _hosts;
    private readonly ClusterRoster _clusters;
    private IReadOnlyDictionary<string, long> _waiting = new Dictionary<string, long>();
    private long _active;

    public StateGauges(KilnMetrics metrics, Database database, HostRoster hosts, ClusterRoster clusters)
    {
        (_database, _hosts, _clusters) = (database, hosts, clusters);
        metrics.Meter.CreateObservableGauge(
            "kiln.queue.depth", () => _waiting.Select(entry => Tagged(entry.Value, "reason", entry.Key)), "{run}", "Runs that wait, by reason.");
        metrics.Meter.CreateObservableGauge("kiln.runs.active", () => _active, "{run}", "Runs that hosts and clusters have.");
        metrics.Meter.CreateObservableGauge("kiln.hosts", Hosts, "{host}", "Hosts by state: online, paused, draining, unreachable.");
    }

    /// <summary>Looks at the queue; the gauges show what it saw until it looks again.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var (rows, active) = await _database.ReadAsync(
            async session => (
                await session.QueryAsync(Waiting, static row => (
                    Run: row.GetInt64(0), IsReady: row.GetInt64(1) != 0, Need: row.IsNull(2) ? "" : row.GetString(2))),
                await session.NumberAsync("select count(*) from queue where agent_id > ''") ?? 0),
            cancellationToken);
        var hosts = _hosts.All();
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        var waiting = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var run in rows.GroupBy(row => (row.Run, row.IsReady)))
        {
            var needs = run.Select(row => row.Need).Where(need => need.Length > 0).ToList();
            // Many runs, few kinds of needs: each is explained once.
            var kind = run.Key.IsReady ? string.Join('\n', needs) : RunReason.ResolvingCommits;
            if (!known.TryGetValue(kind, out var reason))
            {
                known[kind] = reason = run.Key.IsReady ? WaitingReason.Explain(needs, ahead: 0, hosts, _clusters).Reason : kind;
            }
            waiting[reason] = waiting.GetValueOrDefault(reason) + 1;
        }
        // A reason that nothing waits for any more goes back to 0 instead of away.
        foreach (var gone in _waiting.Keys.Where(reason => !waiting.ContainsKey(reason)))
        {
            waiting[gone] = 0;
        }
        _waiting = waiting;
        _active = active;
    }

    private IEnumerable<Measurement<long>> Hosts()
    {
        var hosts = _hosts.All();
        return States.Select(state => Tagged(hosts.Count(host => State(host) == state), "state", state));
    }

    private static string State(HostPresence host) => !host.IsReachable ? "unreachable" : host.IsPaused ? "paused" : host.Agent.Draining ? "draining" : "online";

    private static Measurement<long> Tagged(long value, string name, string word) =>
        new(value, new KeyValuePair<string, object?>(name, word));
}
