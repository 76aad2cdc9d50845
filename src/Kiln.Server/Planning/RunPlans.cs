using System.Diagnostics;
using Kiln.Contracts.Builds;
using Kiln.Contracts.Runs;
using Kiln.Server.Bodies;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Settings;

namespace Kiln.Server.Planning;

/// <summary>A run that is planned, or why it is not. A closed family.</summary>
public abstract record PlannedRun
{
    private PlannedRun() { }

    /// <summary>Ready to be stored; its secrets are sealed.</summary>
    public sealed record Ready(NewRun Run) : PlannedRun;

    /// <summary>It cannot run.</summary>
    public sealed record Rejected(Violations Violations) : PlannedRun;
}

/// <summary>The world around <see cref="Planner"/>: reads the catalogue and the clock, seals the secrets.</summary>
public sealed class RunPlans(
    CatalogueLoader catalogues, SecretVault vault, PublicAddress address, KilnOptions options, TimeProvider time)
{
    public async Task<PlannedRun> PlanAsync(
        BuildDefinition build, int revision, RunRequest request, long runId, string by, CancellationToken cancellationToken)
    {
        var input = new PlanningInput
        {
            Build = build,
            Revision = revision,
            Catalogue = await catalogues.LoadForRunAsync(build, cancellationToken),
            Request = request,
            RunId = runId,
            Now = time.GetLocalNow(),
            RunUrl = address.Run(runId),
            AgentImage = options.PodImage,
            TraceParent = Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? id : "",
        };
        var outcome = Planner.Plan(input);
        if (outcome is PlanOutcome.Rejected)
        {
            // Told with what there is instead, for which the whole catalogue is read.
            var whole = await catalogues.LoadAsync(build.Identity().ProjectKey, cancellationToken);
            outcome = Planner.Plan(input with { Catalogue = whole });
        }
        return outcome switch
        {
            PlanOutcome.Planned planned => new PlannedRun.Ready(new NewRun(
                runId, planned.Plan, Sealed(planned.Secrets), planned.Parameters, request.Priority, by)),
            PlanOutcome.Rejected rejected => new PlannedRun.Rejected(rejected.Violations),
            _ => throw new InvalidOperationException("An outcome of planning is missing here."),
        };
    }

    private Dictionary<string, string> Sealed(PlannedSecrets secrets)
    {
        var all = new Dictionary<string, string>(secrets.Sealed, StringComparer.Ordinal);
        foreach (var (reference, value) in secrets.Clear)
        {
            all[reference] = vault.Seal(value);
        }
        return all;
    }
}
