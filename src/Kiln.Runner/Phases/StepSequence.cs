using System.Globalization;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Runner.Journal;
using Kiln.Runner.Steps;
using Kiln.Runner.Steps.Caching;
using Kiln.Runner.Steps.Checkout;
using Kiln.Runner.Steps.Images;
using Kiln.Runner.Steps.Installs;
using Kiln.Runner.Steps.Reports;
using Kiln.Runner.Steps.Uploads;

namespace Kiln.Runner.Phases;

/// <summary>Takes a plan's steps one by one. The first that does not pass decides, and those behind it are skipped, but
/// for what is taken after a failure too.</summary>
internal static class StepSequence
{
    public static async Task<Verdict> RunAsync(RunScope run)
    {
        var verdict = run.Continuation is Continuation.Gone ? Continuation.Gone.VerdictOf(run) : null;
        var continued = run.Continuation as Continuation.From;
        continued?.Restore(run);
        foreach (var step in run.Spec.Plan.Steps)
        {
            if (continued?.AttemptOf(step) is { } earlier)
            {
                run.Record.StepReused(step.Name, earlier, run.LogEnd);
                continue;
            }
            if (verdict is null && run.Stop.Order is not null)
            {
                verdict = VerdictOf(run, new StepResult.Stopped());
            }
            // What an earlier runner began is taken to its end, or its bytes would be nobody's.
            if (verdict is not null && !run.IsUnderWay(step.Name)
                && !(step.IsTakenAfterFailure && IsWorthALook(verdict) && run.Stop.Order is null))
            {
                run.Record.StepEnded(step.Name, StepStatus.Skipped, run.LogEnd, "");
                continue;
            }
            var result = await TakeAsync(run, step);
            verdict ??= result is StepResult.Passed ? null : VerdictOf(run, result);
        }
        return verdict ?? Verdict.Passed(run.ExitCode);
    }

    private static bool IsWorthALook(Verdict verdict) =>
        verdict is { Status: RunStatus.Failed, Reason: not RunReason.WorkspaceGone };

    private static async Task<StepResult> TakeAsync(RunScope run, PlannedStep step)
    {
        if (!run.HasBegun(step.Name))
        {
            await run.SayAsync($"{step.Name} begins");
        }
        if (SpeaksItself(step))
        {
            run.Record.StepStarted(step.Name, await run.MeasureLogAsync());
        }
        var result = await RunAsync(run, step);
        if (result is StepResult.Stopped && run.Stop.Order is { Cause: StopState.Stale })
        {
            return result;
        }
        if (!run.Record.HasStarted(step.Name))
        {
            var begin = await run.BeginOfAsync(step.Name);
            run.Record.StepStarted(step.Name, begin);
            run.LogEnd = Math.Max(run.LogEnd, begin);
        }
        var logEnd = SpeaksItself(step) || result is StepResult.ExecDied
            ? await run.MeasureLogAsync()
            : run.LogEnd;
        var (status, message) = EndOf(run, result);
        var isSaid = run.HasSaidEnd(step.Name);
        run.Record.StepEnded(step.Name, status, logEnd, message, (result as StepResult.Passed)?.Cache);
        if (!isSaid)
        {
            await run.SayAsync(string.Join('\n', [.. run.Remarks, EndInWords(run.Record, step.Name)]));
        }
        run.Remarks.Clear();
        return result;
    }

    private static Task<StepResult> RunAsync(RunScope run, PlannedStep step) => step switch
    {
        PlannedStep.HostDocker => HostDockerStep.RunAsync(run),
        PlannedStep.Checkout => CheckoutStep.RunAsync(run),
        PlannedStep.CacheRestore cache => CacheSteps.RestoreAsync(run, cache.Cache),
        PlannedStep.CacheSave cache => CacheSteps.SaveAsync(run, cache.Cache),
        PlannedStep.Image image => new ImageStep(run, image.Build).RunAsync(),
        PlannedStep.Installs installs => InstallStep.RunAsync(run, installs),
        PlannedStep.Script script => ScriptSteps.RunAsync(run, script),
        PlannedStep.PostScript script => ScriptSteps.RunAsync(run, script),
        PlannedStep.FileArchive archive => FileArchiveStep.RunAsync(run, archive),
        PlannedStep.Upload upload => new UploadStep(run, upload.Files).RunAsync(),
        PlannedStep.Reports reports => ReportsStep.RunAsync(run, reports),
        _ => throw new InvalidOperationException($"no runner for a step of type {step.GetType().Name}"),
    };

    /// <summary>Kiln's own words belong to the step; of the others only what their commands write does.</summary>
    private static bool SpeaksItself(PlannedStep step) =>
        step is not (PlannedStep.Checkout or PlannedStep.Script or PlannedStep.PostScript);

    private static Verdict VerdictOf(RunScope run, StepResult result) => result switch
    {
        StepResult.Failed failed => new(RunStatus.Failed, failed.Reason, failed.Message, run.ExitCode),
        StepResult.Lost lost => new(RunStatus.Lost, lost.Reason, lost.Message, run.ExitCode),
        StepResult.ExecDied => Verdict.ExecDied(run.ExitCode),
        _ when run.Stop.Order is { } order => StopState.VerdictOf(order, run.Spec.Plan.TimeoutMinutes, run.ExitCode),
        _ => new(RunStatus.Cancelled, RunReason.CancelledByUser, "The run was cancelled.", run.ExitCode),
    };

    private static (StepStatus Status, string Message) EndOf(RunScope run, StepResult result) => result switch
    {
        StepResult.Passed passed => (StepStatus.Passed, passed.Message),
        StepResult.Failed failed => (StepStatus.Failed, failed.Message),
        StepResult.Lost lost => (StepStatus.Failed, lost.Message),
        StepResult.ExecDied => (StepStatus.Failed, Verdict.ExecDied(null).Message),
        _ when run.Stop.Order is { Cause: StopState.TimedOut } => (StepStatus.Timeout, "stopped"),
        _ => (StepStatus.Cancelled, "stopped"),
    };

    private static string EndInWords(AttemptRecord record, string step)
    {
        var end = record.EndOf(step)!;
        var seconds = Math.Max(0, end.AtMs - record.StartOf(step) ?? 0) / 1000.0;
        return string.Create(CultureInfo.InvariantCulture, $"{step} {Words(end.Status)} after {seconds:0.000} s")
            + (end.Message.Length == 0 ? "" : $": {end.Message}");
    }

    private static string Words(StepStatus status) => status switch
    {
        StepStatus.Passed => "passed",
        StepStatus.Timeout => "timed out",
        StepStatus.Cancelled => "was cancelled",
        _ => "failed",
    };
}
