using Kiln.Contracts.Exec;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Runner.Courier;
using Kiln.Runner.Journal;
using Kiln.Runner.Spawning;
using Kiln.Runner.Workspaces;
using Microsoft.Extensions.Logging;

namespace Kiln.Runner.Phases;

/// <summary>Writes an attempt's last words: its end into the log, then its verdict into the journal. Once.</summary>
internal sealed partial class AttemptClosing(
    string mark,
    IReadOnlyList<PlannedStep> steps,
    RunDirectory directory,
    AttemptRecord record,
    Spool spool,
    Announcements news,
    ILogger logger)
{
    /// <summary>Ends an attempt whose exec lives, or has died under it.</summary>
    public async Task EndAsync(RunScope run, Verdict verdict)
    {
        if (run.Stop.Order is { Cause: StopState.Stale })
        {
            return;
        }
        news.Close();
        await run.SayAsync(verdict.Message.Length == 0
            ? "the run passed"
            : $"the run ended as {verdict.Status.ToString().ToLowerInvariant()}: {verdict.Message}");
        var logEnd = await run.Exec.LogLengthAsync() ?? CloseLogOfDeadExec(verdict);
        spool.GrewTo(logEnd);
        Write(run.Lease.Key.RunId, verdict, logEnd);
    }

    /// <summary>Ends an attempt that has no exec.</summary>
    public void EndWithoutExec(long runId, ExecOpening opened, string hostName)
    {
        var verdict = opened is ExecOpening.NotStarted notStarted
            ? new Verdict(RunStatus.Lost, RunReason.ExecFailed,
                $"The run could not be started on {hostName}: {notStarted.Message}", ExitCode: null)
            : Verdict.ExecDied(exitCode: null);
        Write(runId, verdict, CloseLogOfDeadExec(verdict));
    }

    private void Write(long runId, Verdict verdict, long logEnd)
    {
        record.Ended(verdict, logEnd);
        Log.Ended(logger, runId, verdict.Status, verdict.Reason);
    }

    /// <summary>Nobody else writes the spool of a dead exec: ends its processes and adds the last line, which is no step's.</summary>
    private long CloseLogOfDeadExec(Verdict verdict)
    {
        Orphans.Kill(mark, directory);
        spool.Measure();
        var left = ExecJournal.Read(directory.Path);
        foreach (var step in steps)
        {
            if (StepCommands.BeginOf(left, step.Name) is { } begin)
            {
                record.StepStarted(step.Name, begin);
            }
        }
        record.StepUnderWayEnded(StepStatus.Failed, spool.Length, verdict.Message);
        if (verdict.Message.Length > 0)
        {
            File.AppendAllText(directory.Spool, $"\n\e[2m[kiln]\e[0m {verdict.Message}\n");
        }
        spool.Measure();
        return spool.Length;
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 201, Level = LogLevel.Information, Message = "Run {RunId} ended: {Status} {Reason}")]
        public static partial void Ended(ILogger logger, long runId, RunStatus status, string reason);
    }
}
