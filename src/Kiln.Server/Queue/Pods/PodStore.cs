using Kiln.Contracts.Protocol;
using Kiln.Server.Runs;
using Kiln.Server.Storage;

namespace Kiln.Server.Queue.Pods;

/// <summary>Keeps what runners in pods are to be told, for whichever server they ask.</summary>
public sealed class PodStore(Database database, RunSignals signals)
{
    /// <summary>Adds the sentences that are new. Repeating changes nothing.</summary>
    internal Task NoticeAsync(LeaseKey key, IReadOnlyList<string> notices, CancellationToken cancellationToken) =>
        ChangeAsync(
            key,
            pod => notices.Except(pod.Notices).Any() ? pod with { Notices = [.. pod.Notices, .. notices.Except(pod.Notices)] } : pod,
            cancellationToken);

    /// <summary>Notes why a pod ends; the first word counts.</summary>
    internal Task TroubleAsync(LeaseKey key, PodTrouble trouble, CancellationToken cancellationToken) =>
        ChangeAsync(key, pod => pod.Trouble is null ? pod with { Trouble = trouble } : pod, cancellationToken);

    /// <summary>Lets other servers know that a pod was heard.</summary>
    internal Task HeardAsync(LeaseKey key, long now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async session => await PodSql.SaveAsync(session, await FoundAsync(session, key) with { HeardAt = now }), cancellationToken);

    /// <summary>Forgets a pod that has gone.</summary>
    internal Task RemoveAsync(LeaseKey key, CancellationToken cancellationToken) =>
        database.WriteAsync(session => PodSql.RemoveAsync(session, key), cancellationToken);

    /// <summary>Every pod there is something to tell about.</summary>
    internal Task<List<PodRecord>> AllAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(PodSql.AllAsync, cancellationToken);

    private async Task ChangeAsync(LeaseKey key, Func<PodRecord, PodRecord> change, CancellationToken cancellationToken)
    {
        var isNew = await database.WriteAsync(
            async session =>
            {
                var before = await FoundAsync(session, key);
                var after = change(before);
                if (ReferenceEquals(before, after))
                {
                    return false;
                }
                await PodSql.SaveAsync(session, after);
                return true;
            },
            cancellationToken);
        if (isNew)
        {
            signals.Changed(key.RunId);
        }
    }

    private static async ValueTask<PodRecord> FoundAsync(SqlSession session, LeaseKey key) =>
        await PodSql.FindAsync(session, key) ?? new PodRecord(key, [], Trouble: null, HeardAt: 0);
}
