using System.Text;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Logs;
using Kiln.Server.Queue;
using Kiln.Server.Queue.Pods;
using Kiln.Server.Runs;
using Kiln.Server.Storage;

namespace Kiln.Server.Kubernetes.Driving;

/// <summary>The queue's side of a driver: what it takes, and what it finds out about it.</summary>
public sealed class LeaseDesk(Database database, LogStore logs, Leases leases, PodLeases pods, LeaseFacts facts, PodStore store)
{
    /// <summary>Whether this server is the one that drives a cluster, now.</summary>
    internal ValueTask<bool> HoldAsync(long clusterId, CancellationToken cancellationToken) =>
        database.HoldAsync(ClusterAgent.IdOf(clusterId), cancellationToken);

    /// <summary>Lets the cluster be found by the runs that need it.</summary>
    internal Task OfferAsync(long clusterId, string name, CancellationToken cancellationToken) =>
        database.WriteAsync(
            session => PodSql.OfferAsync(session, ClusterAgent.IdOf(clusterId), Needs.OfCluster(name)), cancellationToken);

    internal Task<TakenLeases> TakeAsync(AgentInfo agent, CancellationToken cancellationToken) =>
        leases.TakeAsync(agent, isPaused: false, cancellationToken);

    internal Task<List<ActiveLease>> OfClusterAsync(long clusterId, CancellationToken cancellationToken) =>
        pods.OfClusterAsync(clusterId, cancellationToken);

    internal Task<AttemptRow?> FindAsync(LeaseKey key, CancellationToken cancellationToken) => pods.FindAsync(key, cancellationToken);

    /// <summary>Whether the end of a lease is known.</summary>
    internal async Task<bool> HasEndedAsync(LeaseKey key, CancellationToken cancellationToken) =>
        await FindAsync(key, cancellationToken) is not { Lease: not null } attempt || !attempt.Accepts(key);

    internal Task<Lease?> MaterialAsync(LeaseKey key, CancellationToken cancellationToken) => pods.MaterialAsync(key, cancellationToken);

    internal Task PlacedAsync(LeaseKey key, string place, CancellationToken cancellationToken) =>
        pods.PlacedAsync(key, place, cancellationToken);

    /// <summary>
    /// Writes what the cluster said of a pod into the log of a run whose pod never began, since no runner will. Before its end is
    /// stored; a log that has bytes is left alone.
    /// </summary>
    internal async Task TellAsync(LeaseKey key, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(key, cancellationToken) is { Notices: { Count: > 0 } notices })
        {
            var log = new LogKey(key.RunId, key.Attempt);
            if (await logs.LengthAsync(log, cancellationToken) == 0)
            {
                var lines = string.Concat(notices.Select(static notice => $"\e[2m[kiln]\e[0m {notice}\n"));
                await logs.AppendAsync(log, 0, Encoding.UTF8.GetBytes(lines), cancellationToken);
                await logs.SealAsync(log, cancellationToken);
            }
        }
    }

    /// <summary>
    /// Closes the log of an attempt that was ended without its runner's last word and whose pod has gone, so that nobody can bring
    /// more. Cut off in the middle it may be repeated.
    /// </summary>
    internal async Task CloseLogAsync(LeaseKey key, CancellationToken cancellationToken)
    {
        if (await FindAsync(key, cancellationToken) is not { Lease: null, State: { IsFinal: true, LogLength: null, LogNotice: "" } state })
        {
            return;
        }
        var log = new LogKey(key.RunId, key.Attempt);
        var length = await logs.LengthAsync(log, cancellationToken);
        // What was only shown until now.
        var mark = Encoding.UTF8.GetBytes(LogMark.Of(state) ?? "");
        if (mark.Length > 0 && await EndsWithAsync(log, length, mark, cancellationToken))
        {
            length -= mark.Length;
        }
        var end = await logs.AppendAsync(log, length, mark, cancellationToken);
        await logs.SealAsync(log, cancellationToken);
        await facts.LogClosedAsync(key, length, end, cancellationToken);
    }

    /// <summary>Ended leases of a cluster whose log is not closed.</summary>
    internal Task<List<LeaseKey>> OpenLogsAsync(long clusterId, CancellationToken cancellationToken) =>
        database.ReadAsync(session => PodSql.OpenLogsAsync(session, ClusterAgent.IdOf(clusterId)), cancellationToken);

    /// <summary>Ends a lease because of its pod. What a person has to mend has failed, the rest is lost and may be tried again.</summary>
    internal Task EndAsync(LeaseKey key, PodTrouble why, CancellationToken cancellationToken) => why.Reason == RunReason.PodRefused
        ? facts.CannotStartAsync(key, why.Reason, why.Message, cancellationToken)
        : facts.LoseAsync(key, why.Reason, why.Message, cancellationToken);

    internal async Task StoppedAsync(StopOrder stop, string message, CancellationToken cancellationToken) => await facts.StoppedAsync(
        stop.Key, stop.Cause, message, await logs.LengthAsync(new LogKey(stop.Key.RunId, stop.Key.Attempt), cancellationToken), cancellationToken);

    internal Task TimedOutAsync(LeaseKey key, string message, CancellationToken cancellationToken) =>
        facts.TimedOutAsync(key, message, cancellationToken);

    internal Task WaitsAsync(LeaseKey key, string reason, string message, CancellationToken cancellationToken) =>
        facts.PodWaitsAsync(key, reason, message, cancellationToken);

    internal Task SilentAsync(LeaseKey key, string pod, CancellationToken cancellationToken) =>
        facts.PodSilentAsync(key, pod, cancellationToken);

    internal Task NoticeAsync(LeaseKey key, IReadOnlyList<string> notices, CancellationToken cancellationToken) =>
        store.NoticeAsync(key, notices, cancellationToken);

    internal Task TroubleAsync(LeaseKey key, PodTrouble trouble, CancellationToken cancellationToken) =>
        store.TroubleAsync(key, trouble, cancellationToken);

    internal Task ForgetAsync(LeaseKey key, CancellationToken cancellationToken) => store.RemoveAsync(key, cancellationToken);

    /// <summary>Gives up what clusters have that are in the catalogue no more: nobody would find out about it.</summary>
    /// <param name="known">Ids of the clusters there are.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task AbandonAsync(IReadOnlyCollection<long> known, CancellationToken cancellationToken)
    {
        var agents = known.Select(ClusterAgent.IdOf).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in await database.ReadAsync(QueueSql.ClustersAsync, cancellationToken))
        {
            if (agents.Contains(gone))
            {
                continue;
            }
            foreach (var lease in await database.ReadAsync(session => QueueSql.OfAgentAsync(session, gone), cancellationToken))
            {
                await facts.LoseAsync(
                    lease.Key, RunReason.HostLost, "The cluster of the run's pod was deleted from the catalogue.", cancellationToken);
            }
        }
    }

    private async Task<bool> EndsWithAsync(LogKey log, long length, byte[] end, CancellationToken cancellationToken)
    {
        if (length < end.Length)
        {
            return false;
        }
        var there = new byte[end.Length];
        using var reader = logs.Read(log);
        await reader.FillAsync(length - end.Length, there, cancellationToken);
        return there.AsSpan().SequenceEqual(end);
    }

    /// <summary>When pods were heard by whichever server; empty where this is the only one.</summary>
    internal async Task<IReadOnlyList<PodRecord>> HeardElsewhereAsync(CancellationToken cancellationToken) =>
        database.IsShared ? await store.AllAsync(cancellationToken) : [];
}
