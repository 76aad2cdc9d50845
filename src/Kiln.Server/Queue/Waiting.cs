using Kiln.Contracts.Runs;
using Kiln.Server.Queue.Hosts;
using Kiln.Server.Runs;
using Kiln.Server.Storage;

namespace Kiln.Server.Queue;

/// <summary>Looks up why runs wait, and shows runs with it.</summary>
public sealed class Waiting(Database database, HostRoster hosts, ClusterRoster clusters)
{
    private const string Ahead = """
        select count(*) from queue q join queue me on me.run_id = @1
        where q.agent_id = '' and q.ready = 1 and q.held = ''
            and (q.priority > me.priority
                or (q.priority = me.priority and (q.fair < me.fair or (q.fair = me.fair and q.run_id < me.run_id))))
        """;

    private const string OfBuild =
        "select run_id from queue where project_key = @1 and build_name = @2 and held <> 'build' order by run_id limit @3";

    private const string OfProject = "select run_id from queue where project_key = @1 and held = '' order by run_id limit @2";

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
            return new WaitingReason(RunReason.Starting, run.Plan.Pod is { } pod
                ? $"Cluster {pod.ClusterName} is given the run's pod."
                : $"Host {run.Host} has the run and is starting it.");
        }
        var place = await database.ReadAsync(session => PlaceAsync(session, run), cancellationToken);
        return place.Held.Length > 0
            ? WaitingReason.Limited(run.Plan, place)
            : run.State.Continues is { } continues
            ? WaitingReason.InWorkspace(continues, place.Ahead, hosts.All())
            : WaitingReason.Explain(Needs.Of(run.Plan), place.Ahead, hosts.All(), clusters);
    }

    private static async ValueTask<QueuePlace> PlaceAsync(SqlSession session, RunRecord run)
    {
        var held = await session.FindAsync(
            "select held, build_limit, project_limit from queue where run_id = @1",
            static row => new QueuePlace(row.GetString(0), row.GetInt32(1), row.GetInt32(2), [], 0),
            run.RunId);
        return held switch
        {
            { Held: "build" } => held with
            {
                Before = await session.QueryAsync(
                    OfBuild, static row => row.GetInt64(0), run.Plan.ProjectKey, run.Plan.BuildName, WaitingReason.NamedRuns),
            },
            { Held: "project" } => held with
            {
                Before = await session.QueryAsync(OfProject, static row => row.GetInt64(0), run.Plan.ProjectKey, WaitingReason.NamedRuns),
            },
            _ => new QueuePlace("", 0, 0, [], await session.NumberAsync(Ahead, run.RunId) ?? 0),
        };
    }
}

/// <summary>Where a run stands in the queue.</summary>
/// <param name="Held"><c>build</c> or <c>project</c> while a limit holds it; else empty.</param>
/// <param name="BuildLimit">Runs of its build at once.</param>
/// <param name="ProjectLimit">Runs of its project at once.</param>
/// <param name="Before">Runs that have the limit's places, some of them.</param>
/// <param name="Ahead">Runs that go before it.</param>
public sealed record QueuePlace(string Held, int BuildLimit, int ProjectLimit, IReadOnlyList<long> Before, long Ahead);
