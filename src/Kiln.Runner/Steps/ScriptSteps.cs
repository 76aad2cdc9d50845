using Kiln.Contracts.Exec;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Runner.Phases;
using Kiln.Runner.Spawning;

namespace Kiln.Runner.Steps;

/// <summary>The build script with its outputs, and the post-build script.</summary>
internal static class ScriptSteps
{
    public static async Task<StepResult> RunAsync(RunScope run, PlannedStep.Script step)
    {
        if (await run.EnterRoomAsync() is { } nowhere)
        {
            return nowhere;
        }
        var end = await StartAsync(run, step.Name, step.Kind, step.Body, ScriptEnvironment.Of(run), run.Spec.Plan.Outputs);
        if (end is CommandEnd.Ended { Notice: var notice })
        {
            Collect(run, notice);
            run.ExitCode = notice.Stopped is null && run.RoomNoteOf(step.Name) != RoomProtocol.Gone ? ExitCodeOf(notice) : null;
        }
        return await InRoomAsync(run, step.Name, end) ?? ResultOf(run, end, "The script");
    }

    public static async Task<StepResult> RunAsync(RunScope run, PlannedStep.PostScript step)
    {
        if (await run.EnterRoomAsync() is { } nowhere)
        {
            return nowhere;
        }
        var end = await StartAsync(run, step.Name, "shell", step.Body, ScriptEnvironment.WithOutputs(run), []);
        return await InRoomAsync(run, step.Name, end) ?? ResultOf(run, end, "The post-build script");
    }

    private static async Task<CommandEnd> StartAsync(
        RunScope run, string name, string kind, string body, Dictionary<string, string> environment, IReadOnlyList<string> outputs)
    {
        RegistryLogin.AddTo(environment, run.Directory.ScriptDockerConfig);
        run.News.Hold();
        var end = await run.RunAsync(name, name, new ExecCommand.StartScript(
            name, kind, body, [.. environment], run.Directory.Workspace, outputs));
        run.News.Release();
        return end;
    }

    /// <summary>What a room knows better than exec, which sees only how its own child there ended.</summary>
    private static async Task<StepResult?> InRoomAsync(RunScope run, string name, CommandEnd end)
    {
        if (end is not CommandEnd.Ended { Notice: { Stopped: null } notice })
        {
            return null;
        }
        return run.RoomNoteOf(name) switch
        {
            RoomProtocol.Gone => await run.Place.Room!.ToldSoonAsync() switch
            {
                null => new StepResult.Lost(
                    RunReason.ContainerGone,
                    "The container of the script was ended from outside, so the script's result is unknown."),
                var told => new StepResult.Lost(told.Reason, told.Message),
            },
            // The container lives, so this end is the script's own.
            RoomProtocol.OutOfMemory when notice.ExitCode != 0 => new StepResult.Failed(
                RunReason.OomKilled,
                $"The script's container reached its memory limit{Limit(run)} and the kernel killed a process of it; the script "
                    + (notice.ExitCode is { } code ? $"ended with exit code {code}." : $"was ended by signal {notice.Signal}.")),
            _ => null,
        };
    }

    private static string Limit(RunScope run) =>
        run.Spec.Plan.Pod is { Resources.MemoryLimit: > 0 and var mebibytes } ? $" of {mebibytes} MiB" : "";

    private static void Collect(RunScope run, ExecNotice.Ended notice)
    {
        foreach (var (name, value) in notice.Outputs)
        {
            run.Outputs[name] = value;
        }
        run.Record.OutputsCollected(OutputMask.Apply(notice.Outputs, run.Spec.Secrets.Values), static _ => true);
        if (notice.MissingOutputs.Count > 0)
        {
            run.Remarks.Add($"declared outputs that the script did not set: {string.Join(", ", notice.MissingOutputs)}");
        }
    }

    private static StepResult ResultOf(RunScope run, CommandEnd end, string what) => end switch
    {
        CommandEnd.ExecDied => new StepResult.ExecDied(),
        CommandEnd.Refused refused => new StepResult.Failed(RunReason.ToolMissing, $"{what} was not started: {refused.Message}"),
        CommandEnd.Ended { Notice.Stopped: not null } => new StepResult.Stopped(),
        CommandEnd.Ended { Notice: { ExitCode: null } killed } => new StepResult.Failed(
            RunReason.ScriptKilled, $"{what} was ended by signal {killed.Signal}{Hint(killed.Signal)}."),
        CommandEnd.Ended { Notice: { ExitCode: not 0 } failed } when DiskTrouble.IsFullAt(run.Directory.Workspace) => new StepResult.Failed(
            RunReason.DiskFull, $"{what} ended with exit code {failed.ExitCode}, and the disk of {run.Place.HostName} is full."),
        CommandEnd.Ended { Notice: { ExitCode: not 0 } failed } => new StepResult.Failed(
            RunReason.ScriptFailed, $"{what} ended with exit code {failed.ExitCode}."),
        CommandEnd.Ended { Notice.Problem: { Length: > 0 } problem } => new StepResult.Failed(
            DiskTrouble.IsFull(problem) ? RunReason.DiskFull : RunReason.OutputInvalid, problem),
        _ when run.Stop.Order is not null => new StepResult.Stopped(),
        _ => new StepResult.Passed(),
    };

    private static int ExitCodeOf(ExecNotice.Ended notice) => notice.ExitCode ?? (128 + notice.Signal ?? 0);

    private static string Hint(int? signal) => signal switch
    {
        9 => " (SIGKILL), which is often a sign of too little memory",
        11 => " (SIGSEGV)",
        15 => " (SIGTERM)",
        6 => " (SIGABRT)",
        _ => "",
    };
}
