using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Runner.Journal;
using Kiln.Runner.Kept;
using Kiln.Runner.Steps;

namespace Kiln.Runner.Phases;

/// <summary>What an attempt finds that is to go on where an earlier one failed.</summary>
internal abstract record Continuation
{
    private Continuation() { }

    /// <summary>The workspace, which is this attempt's now, and what passed in it.</summary>
    public sealed record From(KeptAttempt Kept) : Continuation
    {
        /// <summary>The attempt in which a step passed; <c>null</c> = it is taken in this one.</summary>
        public int? AttemptOf(PlannedStep step) => Kept.Steps.FirstOrDefault(kept => kept.Name == step.Name)?.Attempt;

        /// <summary>Puts back what the steps that passed had brought about in the runner and in the attempt's record.</summary>
        public void Restore(RunScope run)
        {
            foreach (var repo in Kept.Repos)
            {
                run.Add(new CheckedOutRepo(
                    run.Spec.Plan.Repos.First(planned => planned.Index == repo.Index), repo.CommitId, repo.CommitMessage));
            }
            foreach (var output in Kept.Outputs)
            {
                run.Outputs[output.Name] = output.Read(run.Spec.Secrets);
            }
            if (run.Outputs.Count > 0)
            {
                run.Record.OutputsCollected(OutputMask.Apply(run.Outputs, run.Spec.Secrets.Values), static _ => true);
            }
            foreach (var artifact in Kept.Artifacts)
            {
                run.Record.ArtifactStored(artifact);
            }
            if (Kept.CacheKey.Length > 0 && !File.Exists(run.Directory.CacheKey))
            {
                File.WriteAllText(run.Directory.CacheKey, Kept.CacheKey);
            }
            run.ExitCode = Kept.ExitCode;
        }

        /// <summary>In words, for the head of the log.</summary>
        public override string ToString() => $"it goes on in the workspace of attempt {Kept.Key.Attempt}"
            + (Kept.Steps.Count == 0 ? "" : $", where these have passed: {string.Join(", ", Kept.Steps.Select(static step => step.Name))}");
    }

    /// <summary>The workspace is there no more.</summary>
    public sealed record Gone : Continuation
    {
        /// <summary>How such an attempt ends.</summary>
        public static Verdict VerdictOf(RunScope run) => new(
            RunStatus.Failed, RunReason.WorkspaceGone,
            $"Host {run.Place.HostName} does not have the workspace of attempt {run.Spec.ContinuesAttempt} any more. "
                + "Retry the run from the beginning.",
            ExitCode: null);
    }
}
