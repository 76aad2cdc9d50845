using Kiln.Contracts.Runs;

namespace Kiln.Cli.Runs;

/// <summary>What a run's end means for the one who waited for it.</summary>
internal static class RunVerdict
{
    /// <summary>The client's exit code for a run that has ended.</summary>
    public static int Of(RunView run) => run.Status switch
    {
        RunStatus.Passed => ExitCode.Success,
        RunStatus.Cancelled => ExitCode.Cancelled,
        RunStatus.Lost => ExitCode.Infrastructure,
        RunStatus.Failed when IsInfrastructure(run.Reason) => ExitCode.Infrastructure,
        _ => ExitCode.RunFailed,
    };

    /// <summary>True once it has ended.</summary>
    public static bool IsOver(RunView run) => run.Status is not (RunStatus.Queued or RunStatus.Prepare or RunStatus.Running);

    private static bool IsInfrastructure(string reason) => reason is RunReason.ExecFailed or RunReason.DiskFull
        or RunReason.ToolMissing or RunReason.InternalError or RunReason.AgentStopped;
}
