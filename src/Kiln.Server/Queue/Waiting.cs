using Kiln.Contracts.Runs;
using Kiln.Server.Queue.Hosts;
using Kiln.Server.Runs;
using Kiln.Server.Storage;

namespace Kiln.Server.Queue;

/// <summary>Looks up why runs wait, and shows runs with it.</summary>
public sealed class Waiting(Database database, HostRoster hosts)
{
    private const string Ahead = """
        select count(*) from queue q join queue me on me.run_id = @1
        where q.agent_id = '' and q.ready = 1
            and (q.priority > me.priority
                or (q.priority = me.priority and (q.fair < me.fair or (q.fair = me.fair and q.run_id < me.run_id))))
        """;

    /// <summary>A run as the API shows it.</summary>
    public async Task<RunView> ViewAsync(RunRecord run, CancellationToken cancellationToken) =>
        RunViews.Of(run, await ReasonAsync(run, cancellationToken));

    /// <summary>Why a run waits; <c>null</c> when it does not, or when its state says it already.</summary>
    public async Task<WaitingReason?> ReasonAsync(RunRecord run, CancellationToken cancellationToken)
    {
        if (run.State.Status != RunStatus.Queued || run.State.Reason.Length > 0)
        {
            return null;
        }
        if (!run.IsWaiting)
        {
            return new WaitingReason(RunReason.Starting, $"Host {run.Host} has the run and is starting it.");
        }
        var ahead = await database.ReadAsync(session => session.NumberAsync(Ahead, run.RunId), cancellationToken);
        return WaitingReason.Explain(Needs.Of(run.Plan), ahead ?? 0, hosts.All());
    }
}
