using Kiln.Contracts.Runs;

namespace Kiln.Runner.Journal;

/// <summary>How an attempt ended, as in <see cref="RunEvent.Ended"/>.</summary>
internal sealed record Verdict(RunStatus Status, string Reason, string Message, int? ExitCode)
{
    public static Verdict Passed(int? exitCode) => new(RunStatus.Passed, "", "", exitCode);

    public static Verdict ExecDied(int? exitCode) => new(
        RunStatus.Lost,
        RunReason.ExecDied,
        "The process that held the run (kiln-exec) was killed from outside, so its result is unknown; "
            + "everything the run had started was ended. Start the run again.",
        exitCode);
}
