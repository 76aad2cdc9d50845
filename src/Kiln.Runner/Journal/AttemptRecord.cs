using Kiln.Contracts.Runs;

namespace Kiln.Runner.Journal;

/// <summary>
/// What has happened in an attempt, each thing once: a restarted runner goes through the same steps again, exec answers
/// from its journal what it has run already, and what is recorded here is not recorded a second time.
/// </summary>
internal sealed class AttemptRecord(EventJournal journal)
{
    /// <summary>The recorded end, if the attempt is over.</summary>
    public RunEvent.Ended? End => journal.Find<RunEvent.Ended>(static _ => true);

    /// <summary>When the first phase began, in Unix milliseconds.</summary>
    public long Begin()
    {
        if (journal.Find<RunEvent.Begun>(static _ => true) is not { } begun)
        {
            journal.Append(static stamp => new RunEvent.Begun { Seq = stamp.Seq, AtMs = stamp.AtMs });
            begun = journal.Find<RunEvent.Begun>(static _ => true)!;
        }
        return begun.AtMs;
    }

    public bool HasBegun => journal.Find<RunEvent.Begun>(static _ => true) is not null;

    public bool HasStarted(string step) => StartOf(step) is not null;

    public bool HasEnded(string step) => EndOf(step) is not null;

    /// <summary>How the step ended; <c>null</c> = it has not.</summary>
    public RunEvent.StepEnded? EndOf(string step) => journal.Find<RunEvent.StepEnded>(ended => ended.Name == step);

    /// <summary>What is stored, in the order it was.</summary>
    public IEnumerable<RunArtifact> Artifacts =>
        journal.After(0).OfType<RunEvent.ArtifactStored>().Select(static stored => stored.Artifact);

    public bool IsWorkspaceKept => journal.Find<RunEvent.WorkspaceKept>(static _ => true) is not null;

    /// <summary>When the step began, in Unix milliseconds.</summary>
    public long? StartOf(string step) => journal.Find<RunEvent.StepStarted>(started => started.Name == step)?.AtMs;

    public void StepStarted(string step, long logStart)
    {
        if (!HasStarted(step))
        {
            journal.Append(stamp => new RunEvent.StepStarted(step, logStart) { Seq = stamp.Seq, AtMs = stamp.AtMs });
        }
    }

    public void StepEnded(string step, StepStatus status, long logEnd, string message, CacheUse? cache = null)
    {
        if (!HasEnded(step))
        {
            journal.Append(stamp => new RunEvent.StepEnded(step, status, logEnd, message)
            {
                Seq = stamp.Seq,
                AtMs = stamp.AtMs,
                Cache = cache,
            });
        }
    }

    /// <summary>Ends the step that began and has no end.</summary>
    public void StepUnderWayEnded(StepStatus status, long logEnd, string message)
    {
        if (journal.Find<RunEvent.StepStarted>(started => !HasEnded(started.Name)) is { } underWay)
        {
            StepEnded(underWay.Name, status, logEnd, message);
        }
    }

    /// <summary>A step that passed in an earlier attempt is not taken again.</summary>
    public void StepReused(string step, int attempt, long logEnd)
    {
        if (!HasEnded(step))
        {
            journal.Append(stamp => new RunEvent.StepEnded(
                step, StepStatus.Skipped, logEnd, $"It passed in attempt {attempt}, whose workspace this attempt goes on in.")
            {
                Seq = stamp.Seq,
                AtMs = stamp.AtMs,
                ReusedAttempt = attempt,
            });
        }
    }

    public void WorkspaceKept(long bytes, long untilMs)
    {
        if (!IsWorkspaceKept)
        {
            journal.Append(stamp => new RunEvent.WorkspaceKept(bytes, untilMs) { Seq = stamp.Seq, AtMs = stamp.AtMs });
        }
    }

    public void RepoCheckedOut(int index, string commitId, string commitMessage)
    {
        if (journal.Find<RunEvent.RepoCheckedOut>(repo => repo.Index == index) is null)
        {
            journal.Append(stamp => new RunEvent.RepoCheckedOut(index, commitId, commitMessage)
            {
                Seq = stamp.Seq,
                AtMs = stamp.AtMs,
            });
        }
    }

    /// <summary>Records outputs, unless such are recorded that fit.</summary>
    public void OutputsCollected(IReadOnlyList<RunOutput> outputs, Func<RunEvent.OutputsCollected, bool> isRecorded)
    {
        if (journal.Find(isRecorded) is null)
        {
            journal.Append(stamp => new RunEvent.OutputsCollected(outputs) { Seq = stamp.Seq, AtMs = stamp.AtMs });
        }
    }

    public bool HasArtifact(string path) =>
        journal.Find<RunEvent.ArtifactStored>(stored => stored.Artifact.Path == path) is not null;

    public void ArtifactStored(RunArtifact artifact)
    {
        if (!HasArtifact(artifact.Path))
        {
            journal.Append(stamp => new RunEvent.ArtifactStored(artifact) { Seq = stamp.Seq, AtMs = stamp.AtMs });
        }
    }

    public bool HasReports => journal.Find<RunEvent.ReportsCollected>(static _ => true) is not null;

    public void ReportsCollected(TestReport report)
    {
        if (!HasReports)
        {
            journal.Append(stamp => new RunEvent.ReportsCollected(report) { Seq = stamp.Seq, AtMs = stamp.AtMs });
        }
    }

    public void Noticed(string reason, string message) =>
        journal.Append(stamp => new RunEvent.Noticed(reason, message) { Seq = stamp.Seq, AtMs = stamp.AtMs });

    public void Ended(Verdict verdict, long logEnd)
    {
        if (End is null)
        {
            journal.Append(stamp => new RunEvent.Ended(
                verdict.Status, verdict.Reason, verdict.Message, verdict.ExitCode, logEnd)
            {
                Seq = stamp.Seq,
                AtMs = stamp.AtMs,
            });
        }
    }
}
