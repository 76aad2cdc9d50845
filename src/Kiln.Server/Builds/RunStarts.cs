using Kiln.Contracts.Runs;
using Kiln.Server.Bodies;
using Kiln.Server.Planning;
using Kiln.Server.Queue;
using Kiln.Server.Runs;

namespace Kiln.Server.Builds;

/// <summary>Starts runs: the build as it is now, planned, stored, queued.</summary>
public sealed class RunStarts(BuildStore builds, RunPlans plans, RunStore runs, QueueRoom room)
{
    /// <summary>Starts a run of a build.</summary>
    /// <param name="projectKey">Project.</param>
    /// <param name="buildName">Build.</param>
    /// <param name="request">What its caller wants of it.</param>
    /// <param name="idempotency">The caller's key; <c>null</c> = none.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait; a run that is stored by then stays.</param>
    public async Task<RunStart> StartAsync(
        string projectKey, string buildName, RunRequest request, Idempotency? idempotency, string by,
        CancellationToken cancellationToken)
    {
        // Asked before planning: the build may have changed, or gone, since the first call made the run.
        if (idempotency is not null && await runs.FindAsync(idempotency, cancellationToken) is { } earlier)
        {
            return Outcome(earlier);
        }
        if (await builds.GetAsync(projectKey, buildName, cancellationToken) is not { } build)
        {
            return new RunStart.MissingBuild(NearestNames.Sentence(
                $"build in project \"{Quoted.Short(projectKey)}\" called", buildName,
                await builds.NamesAsync(projectKey, cancellationToken)));
        }
        if (!await room.HasAsync(cancellationToken))
        {
            return new RunStart.QueueFull(room.Most);
        }
        var runId = await runs.AllocateIdAsync(cancellationToken);
        return await plans.PlanAsync(build.Definition, build.Revision, request, runId, by, cancellationToken) switch
        {
            PlannedRun.Ready ready => Outcome(await runs.CreateAsync(ready.Run, idempotency, cancellationToken)),
            PlannedRun.Rejected rejected => new RunStart.Rejected(rejected.Violations),
            _ => throw new InvalidOperationException("An outcome of planning is missing here."),
        };
    }

    private static RunStart Outcome(RunCreation creation) => creation switch
    {
        RunCreation.Created created => new RunStart.Accepted(created.RunId, created.Status),
        RunCreation.Repeated repeated => new RunStart.Accepted(repeated.RunId, repeated.Status),
        RunCreation.KeyReused reused => new RunStart.KeyReused(reused.RunId),
        _ => throw new InvalidOperationException("An outcome of a run's creation is missing here."),
    };
}
