using System.Globalization;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Runner.Journal;
using Kiln.Runner.Phases;

namespace Kiln.Runner.Kept;

/// <summary>Decides at an attempt's end whether its workspace is kept, and says so.</summary>
internal static class WorkspaceKeeping
{
    /// <summary>Keeps it, or makes sure that it goes with the attempt.</summary>
    public static async Task DecideAsync(RunScope run, Verdict verdict)
    {
        if (run.Place.Kept is not { } store || run.Directory.Home is not { } home)
        {
            return;
        }
        if (FailedStep(run, verdict) is not { } failed)
        {
            home.Release();
            return;
        }
        var isSaid = run.Record.IsWorkspaceKept;
        var (kept, hindrance) = TryKeep(run, store, failed);
        if (kept is null)
        {
            home.Release();
            await run.SayAsync($"the workspace is not kept: {hindrance}");
            return;
        }
        run.Record.WorkspaceKept(kept.Bytes, kept.UntilMs);
        if (!isSaid)
        {
            var until = DateTimeOffset.FromUnixTimeMilliseconds(kept.UntilMs);
            await run.SayAsync(string.Create(CultureInfo.InvariantCulture,
                $"the workspace, {kept.Bytes} bytes, is kept until {until:u}; a retry from the failed step begins with {failed.Name}"));
        }
    }

    private static (KeptAttempt? Kept, string Hindrance) TryKeep(RunScope run, KeptWorkspaces store, PlannedStep failed)
    {
        var reusable = Reusable(run, failed);
        var outputs = new List<KeptOutput>();
        foreach (var (name, value) in reusable.Exists(static step => step.Name == "script") ? run.Outputs : [])
        {
            if (KeptOutput.Of(name, value, run.Spec.Secrets) is not { } output)
            {
                return (null, $"the output {name} holds a secret in another form, which may not lie on the disk");
            }
            outputs.Add(output);
        }
        try
        {
            return (
                store.Keep(run.Directory, bytes => Describe(run, reusable, outputs, bytes)),
                $"it is more than this host keeps: {store.Limits} (KILN_KEPT_COUNT, KILN_KEPT_LIMIT)");
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            return (null, trouble.Message);
        }
    }

    /// <summary>The step that an attempt in the same workspace would begin with; <c>null</c> = there is nothing to go on from: it did not
    /// fail, its disk is full, or it failed before its sources were whole.</summary>
    private static PlannedStep? FailedStep(RunScope run, Verdict verdict) =>
        verdict.Status is RunStatus.Failed or RunStatus.Timeout
        && verdict.Reason is not (RunReason.DiskFull or RunReason.WorkspaceGone)
        && run.Spec.Plan.Steps.FirstOrDefault(step => !HasPassed(run, step))
            is { } failed and not (PlannedStep.HostDocker or PlannedStep.CacheRestore or PlannedStep.Checkout)
            ? failed
            : null;

    private static bool HasPassed(RunScope run, PlannedStep step) =>
        run.Record.EndOf(step.Name) is { } end && (end.Status == StepStatus.Passed || end.ReusedAttempt > 0);

    private static List<KeptStep> Reusable(RunScope run, PlannedStep failed) =>
    [
        .. run.Spec.Plan.Steps.TakeWhile(step => step != failed).Where(static step => step.OutlivesItsAttempt)
            .Select(step => new KeptStep(
                step.Name, run.Record.EndOf(step.Name) is { ReusedAttempt: > 0 and var earlier } ? earlier : run.Spec.Attempt)),
    ];

    private static KeptAttempt Describe(RunScope run, List<KeptStep> reusable, List<KeptOutput> outputs, long bytes)
    {
        var now = run.Place.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        var isScriptReused = reusable.Exists(static step => step.Name == "script");
        return new KeptAttempt
        {
            Key = run.Lease.Key,
            KeptAtMs = now,
            UntilMs = now + (run.Spec.Plan.Policy.KeepWorkspaceMinutes * 60_000L),
            Bytes = bytes,
            Steps = reusable,
            Repos = [.. run.Repos.Select(static repo => new KeptRepo(repo.Planned.Index, repo.CommitId, repo.CommitMessage))],
            Outputs = outputs,
            ExitCode = isScriptReused ? run.ExitCode : null,
            CacheKey = File.Exists(run.Directory.CacheKey) ? File.ReadAllText(run.Directory.CacheKey) : "",
            Artifacts = [.. run.Record.Artifacts.Where(artifact => reusable.Exists(step => step.Name == MakerOf(artifact)))],
        };
    }

    private static string MakerOf(RunArtifact artifact) => artifact.Kind switch
    {
        "image" => "image",
        "file" => "upload",
        _ => "archive",
    };
}
