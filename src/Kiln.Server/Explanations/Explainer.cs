using System.Security.Cryptography;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Server.Bodies;
using Kiln.Server.Builds;
using Kiln.Server.Planning;
using Kiln.Server.Queue.Commits;
using Kiln.Server.Queue.Hosts;

namespace Kiln.Server.Explanations;

/// <summary>Plans a run as a start would, looks up its commits and hosts, and stores nothing.</summary>
public sealed class Explainer(BuildStore builds, RunPlans plans, CommitLookup commits, HostRoster hosts, ClusterRoster clusters)
{
    /// <summary>The run's number in an explanation.</summary>
    private const long NoRun = 0;

    /// <summary>Explains a run of a build; <c>null</c> when there is no such build, with a sentence which there are.</summary>
    public async Task<(RunExplanation? Explanation, string Absent)> ExplainAsync(
        string projectKey, string buildName, RunRequest request, CancellationToken cancellationToken)
    {
        if (await builds.GetAsync(projectKey, buildName, cancellationToken) is not { } build)
        {
            return (null, NearestNames.Sentence(
                $"build in project \"{Quoted.Short(projectKey)}\" called", buildName, await builds.NamesAsync(projectKey, cancellationToken)));
        }
        var (name, project) = build.Definition.Identity();
        var explanation = new RunExplanation
        {
            ProjectKey = project,
            BuildName = name,
            Revision = build.Revision,
            CanRun = false,
            Missing = [],
        };
        return await plans.PlanAsync(build.Definition, build.Revision, request, NoRun, by: "", cancellationToken) switch
        {
            PlannedRun.Ready ready => (await ExplainAsync(explanation, ready.Run, cancellationToken), ""),
            PlannedRun.Rejected rejected => (explanation with
            {
                Missing = [.. rejected.Violations.Errors.Select(error => new ExplainedProblem(error.Field, error.Message))],
            }, ""),
            _ => throw new InvalidOperationException("An outcome of planning is missing here."),
        };
    }

    private async Task<RunExplanation> ExplainAsync(RunExplanation start, NewRun run, CancellationToken cancellationToken)
    {
        var (plan, missing) = await LookUpAsync(run, cancellationToken);
        return start with
        {
            CanRun = missing.Count == 0,
            Missing = missing,
            ServiceName = plan.ServiceName,
            ServiceModule = plan.ServiceModule,
            TemplateRevision = plan.TemplateRevision,
            TimeoutMinutes = plan.TimeoutMinutes,
            KeepWorkspaceMinutes = plan.Pod is null ? plan.Policy.KeepWorkspaceMinutes : 0,
            Repos = [.. plan.Repos.Select(Repo)],
            Steps = [.. plan.Steps.Select(step => new ExplainedStep(step.Name, StepWords.Of(step, plan)))],
            Variables =
            [
                .. plan.Variables.GroupBy(static variable => variable.Name, StringComparer.Ordinal)
                    .Select(static group => group.Last()).Select(Variable),
            ],
            Outputs = plan.Outputs,
            Place = PlaceWords.Of(plan, hosts.All(), clusters),
            Notices = plan.Notices,
        };
    }

    private async Task<(RunPlan Plan, IReadOnlyList<ExplainedProblem> Missing)> LookUpAsync(
        NewRun run, CancellationToken cancellationToken)
    {
        try
        {
            var found = await commits.FindAsync(run.Plan, run.SealedSecrets, cancellationToken);
            return (found.Plan, [.. found.Failures.Select(static failure => new ExplainedProblem($"repo_info[{failure.Repo}]", failure.Message))]);
        }
        catch (CryptographicException failure)
        {
            return (run.Plan, [new ExplainedProblem("repo_info", $"A login for its repositories cannot be opened: {failure.Message}")]);
        }
    }

    private static ExplainedRepo Repo(PlannedRepo repo) => new(
        repo.CodeHost,
        repo.Url,
        repo.Directory,
        repo.Base.Ref,
        repo.Base.Commit ?? "",
        [.. repo.Merges.Select(static merge => new ExplainedRef(merge.Ref, merge.Commit ?? ""))]);

    private static RunOutput Variable(PlannedVariable variable) => variable is { SecretRef: null, IsFile: true }
        ? new RunOutput(variable.Name, "(path of a file)")
        : variable.SecretRef is null
        ? new RunOutput(variable.Name, variable.Value)
        : new RunOutput(variable.Name, Credential.Mask, IsCredential: true);
}
