using System.Text.Json.Serialization;

namespace Kiln.Contracts.Runs;

/// <summary>
/// A fact that a runner reports about its attempt, numbered from 1 without a gap by <see cref="Seq"/>. Applying one
/// twice changes nothing (the server drops a <see cref="Seq"/> it has), so reports may be repeated at will.
/// A closed family.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Begun), "begun")]
[JsonDerivedType(typeof(StepStarted), "step_started")]
[JsonDerivedType(typeof(StepEnded), "step_ended")]
[JsonDerivedType(typeof(RepoCheckedOut), "repo_checked_out")]
[JsonDerivedType(typeof(OutputsCollected), "outputs_collected")]
[JsonDerivedType(typeof(ArtifactStored), "artifact_stored")]
[JsonDerivedType(typeof(ReportsCollected), "reports_collected")]
[JsonDerivedType(typeof(WorkspaceKept), "workspace_kept")]
[JsonDerivedType(typeof(Noticed), "noticed")]
[JsonDerivedType(typeof(Ended), "ended")]
public abstract record RunEvent
{
    private RunEvent() { }

    /// <summary>From 1, without a gap, per attempt.</summary>
    public required long Seq { get; init; }

    /// <summary>Unix milliseconds by the runner's clock.</summary>
    public required long AtMs { get; init; }

    /// <summary>The first phase began: the timeout counts from here; status <c>prepare</c>.</summary>
    public sealed record Begun : RunEvent;

    /// <summary>A step began. The first step that is not part of <c>prepare</c> makes the run <c>running</c>.</summary>
    /// <param name="Name">As <see cref="Plans.PlannedStep.Name"/>.</param>
    /// <param name="LogStart">Offset of its first log byte.</param>
    public sealed record StepStarted(string Name, long LogStart) : RunEvent;

    /// <summary>A step ended.</summary>
    /// <param name="Name">As in <see cref="StepStarted"/>.</param>
    /// <param name="Status">A final step status.</param>
    /// <param name="LogEnd">Offset behind its last log byte.</param>
    /// <param name="Message">A sentence; empty when passed, but for a cache: <c>hit</c>, <c>partial</c>, <c>miss</c> or <c>failed: why</c>.</param>
    public sealed record StepEnded(string Name, StepStatus Status, long LogEnd, string Message) : RunEvent
    {
        /// <summary>What it did with a cache; absent for other steps, and from older runners.</summary>
        public CacheUse? Cache { get; init; }

        /// <summary>The attempt that the step passed in, when this one goes on in its workspace and did not take the step again; 0 = not so.</summary>
        public int ReusedAttempt { get; init; }
    }

    /// <summary>A repository stands at its commit.</summary>
    /// <param name="Index">As <see cref="Plans.PlannedRepo.Index"/>.</param>
    /// <param name="CommitId">The commit checked out (before merges).</param>
    /// <param name="CommitMessage">First line of its message.</param>
    public sealed record RepoCheckedOut(int Index, string CommitId, string CommitMessage) : RunEvent;

    /// <summary>All outputs so far, secrets in them already replaced by the mask; a later event replaces an earlier one.</summary>
    /// <param name="Outputs">In declared order.</param>
    public sealed record OutputsCollected(IReadOnlyList<RunOutput> Outputs) : RunEvent;

    /// <summary>An artifact is stored on the server.</summary>
    /// <param name="Artifact">The artifact.</param>
    public sealed record ArtifactStored(RunArtifact Artifact) : RunEvent;

    /// <summary>Test reports were read.</summary>
    /// <param name="Report">What they say.</param>
    public sealed record ReportsCollected(TestReport Report) : RunEvent;

    /// <summary>The host keeps the workspace: the run can go on from its failed step.</summary>
    /// <param name="Bytes">Its size.</param>
    /// <param name="UntilMs">Unix milliseconds; the host may have to let go of it earlier.</param>
    public sealed record WorkspaceKept(long Bytes, long UntilMs) : RunEvent;

    /// <summary>Something to show beside a running run; an empty reason takes it back.</summary>
    /// <param name="Reason">One of <see cref="RunReason"/>, or empty.</param>
    /// <param name="Message">A sentence.</param>
    public sealed record Noticed(string Reason, string Message) : RunEvent;

    /// <summary>The last event of an attempt.</summary>
    /// <param name="Status">A final status.</param>
    /// <param name="Reason">One of <see cref="RunReason"/>; empty when passed.</param>
    /// <param name="Message">One sentence a person can act on; empty when passed.</param>
    /// <param name="ExitCode">The script's exit code (128 + signal when a signal ended it), <c>null</c> when it did not run to an end.</param>
    /// <param name="LogEnd">Final length of the log in bytes.</param>
    public sealed record Ended(RunStatus Status, string Reason, string Message, int? ExitCode, long LogEnd) : RunEvent;
}

/// <summary>An output of a run.</summary>
/// <param name="Name">Name.</param>
/// <param name="Value">Value; <c>********</c> when it is a secret.</param>
/// <param name="IsCredential">True when the value is masked.</param>
public sealed record RunOutput(string Name, string Value, bool IsCredential = false);

/// <summary>Something a run made and keeps.</summary>
/// <param name="Path">Path below the run's artifacts, <c>/</c> separated; an image's reference for images, the key of a file in an object storage.</param>
/// <param name="Kind"><c>package</c>, <c>file</c> or <c>image</c>.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Lower-case hexadecimal SHA-256 of the content; empty for images.</param>
/// <param name="Digest">An image's digest, <c>sha256:…</c>; <c>null</c> for others.</param>
/// <param name="Url">Where it is, when that is not the server.</param>
public sealed record RunArtifact(
    string Path, string Kind, long Size, string Sha256, string? Digest = null, string? Url = null)
{
    /// <summary>Digests of an image's layers, the lowest first; absent for others.</summary>
    public IReadOnlyList<string>? Layers { get; init; }

    /// <summary>Commits that an image was made from; absent for others.</summary>
    public IReadOnlyList<ArtifactCommit>? Commits { get; init; }
}

/// <summary>A commit that went into an artifact.</summary>
/// <param name="Repo">Namespace and name of the repository.</param>
/// <param name="CommitId">The commit.</param>
public sealed record ArtifactCommit(string Repo, string CommitId);
