using System.Security.Cryptography;
using Kiln.Contracts.Protocol;
using Kiln.Server.Runs;
using Kiln.Server.Storage;

namespace Kiln.Server.Queue.Pods;

/// <summary>Leases of pods: given to the pod itself by its token, and to whoever drives the cluster.</summary>
public sealed class PodLeases(Database database, SpecMaker specs, LeaseFacts facts, PodHearing hearing)
{
    /// <summary>
    /// The lease for the pod that has its token; <c>null</c> = stale. Not for one that is to stop, whose pod is known to be ending, or
    /// that was given up: a Job may make a second pod in the place of a deleted one, and a script is never run twice under a lease.
    /// </summary>
    internal async Task<Lease?> SpecAsync(LeaseKey key, CancellationToken cancellationToken)
    {
        var material = await database.WriteAsync(
            async session =>
            {
                if (await LeaseSql.FindAsync(session, key) is not { Lease: { Stop: null } lease } attempt
                    || !attempt.Accepts(key) || await PodSql.FindAsync(session, key) is { Trouble: not null })
                {
                    return null;
                }
                await facts.HeardAsync(session, attempt);
                if (!lease.IsReported)
                {
                    // From here on the script may have run: the pod is not made anew when it is not there any more.
                    await QueueSql.SetReportedAsync(session, key.RunId);
                }
                return await LeaseSql.MaterialAsync(session, key);
            },
            cancellationToken);
        if (material is null)
        {
            return null;
        }
        hearing.Heard(key);
        return specs.Make(material);
    }

    /// <summary>A lease again, with its secrets, to make its pod; <c>null</c> = it has ended.</summary>
    /// <exception cref="CryptographicException">A secret cannot be opened with this server's master key.</exception>
    internal async Task<Lease?> MaterialAsync(LeaseKey key, CancellationToken cancellationToken) =>
        await database.ReadAsync(session => LeaseSql.MaterialAsync(session, key), cancellationToken) is { } material
            ? specs.Make(material)
            : null;

    /// <summary>Every lease that a cluster has.</summary>
    internal Task<List<ActiveLease>> OfClusterAsync(long clusterId, CancellationToken cancellationToken) =>
        database.ReadAsync(session => QueueSql.OfAgentAsync(session, ClusterAgent.IdOf(clusterId)), cancellationToken);

    /// <summary>The attempt behind a lease, or <c>null</c>.</summary>
    internal Task<AttemptRow?> FindAsync(LeaseKey key, CancellationToken cancellationToken) =>
        database.ReadAsync(session => LeaseSql.FindAsync(session, key), cancellationToken);

    /// <summary>Shows a pod as the place of its run.</summary>
    internal Task PlacedAsync(LeaseKey key, string place, CancellationToken cancellationToken) =>
        database.WriteAsync(session => LeaseSql.PlaceAsync(session, key, place), cancellationToken);
}
