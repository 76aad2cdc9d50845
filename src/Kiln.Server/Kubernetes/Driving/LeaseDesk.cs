using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Queue;
using Kiln.Server.Queue.Pods;
using Kiln.Server.Storage;

namespace Kiln.Server.Kubernetes.Driving;

/// <summary>The queue's side of a driver: what it takes, and what it finds out about it.</summary>
public sealed class LeaseDesk(Database database, Leases leases, PodLeases pods, LeaseFacts facts, PodStore store)
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

    /// <summary>Ends a lease because of its pod. What a person has to mend has failed, the rest is lost and may be tried again.</summary>
    internal Task EndAsync(LeaseKey key, PodTrouble why, CancellationToken cancellationToken) => why.Reason == RunReason.PodRefused
        ? facts.CannotStartAsync(key, why.Reason, why.Message, cancellationToken)
        : facts.LoseAsync(key, why.Reason, why.Message, cancellationToken);

    internal Task StoppedAsync(StopOrder stop, string message, CancellationToken cancellationToken) =>
        facts.StoppedAsync(stop.Key, stop.Cause, message, cancellationToken);

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

    /// <summary>When pods were heard by whichever server; empty where this is the only one.</summary>
    internal async Task<IReadOnlyList<PodRecord>> HeardElsewhereAsync(CancellationToken cancellationToken) =>
        database.IsShared ? await store.AllAsync(cancellationToken) : [];
}
