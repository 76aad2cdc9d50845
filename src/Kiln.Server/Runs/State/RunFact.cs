namespace Kiln.Server.Runs.State;

/// <summary>What the server itself finds out about an attempt, beside its runner's events. A closed family.</summary>
public abstract record RunFact
{
    private RunFact() { }

    /// <summary>Every commit of the plan is known: the attempt may be leased.</summary>
    public sealed record CommitsResolved : RunFact;

    /// <summary>It cannot begin (a commit that is not to be found, secrets that cannot be opened): failed before any host had it.</summary>
    public sealed record CannotStart(string Reason, string Message) : RunFact;

    /// <summary>Cancelled while no runner had it.</summary>
    public sealed record CancelledWaiting(string By) : RunFact;

    /// <summary>A newer run replaces it while no runner has it.</summary>
    public sealed record Superseded(long NewerRunId) : RunFact;

    /// <summary>It waited longer than runs may.</summary>
    public sealed record QueueTimedOut(string Message) : RunFact;

    /// <summary>Its host says nothing.</summary>
    public sealed record HostSilent(string Host) : RunFact;

    /// <summary>Why its pod has not begun yet; an empty reason = nothing holds it up any more.</summary>
    public sealed record PodWaits(string Reason, string Message) : RunFact;

    /// <summary>Its pod says nothing.</summary>
    public sealed record PodSilent(string Pod) : RunFact;

    /// <summary>It was to stop, and its pod never began or did not obey: nobody else will tell its end.</summary>
    /// <param name="Cause">A word of <see cref="Contracts.Runs.RunReason"/>.</param>
    /// <param name="Message">Why.</param>
    /// <param name="LogLength">Bytes of its log by then.</param>
    public sealed record Stopped(string Cause, string Message, long LogLength) : RunFact;

    /// <summary>Its runner is heard again, also when the attempt was given up.</summary>
    public sealed record HostReturned : RunFact;

    /// <summary>It was ended without its runner's last word, and nobody is left who could bring more of its log.</summary>
    /// <param name="StepEnd">Where the step that was under way ends in the log.</param>
    /// <param name="LogLength">Where the log ends.</param>
    public sealed record LogClosed(long StepEnd, long LogLength) : RunFact;

    /// <summary>Its log is kept no longer.</summary>
    public sealed record LogRemoved(string Notice) : RunFact;

    /// <summary>Its artifacts are kept no longer; images lie elsewhere and stay.</summary>
    public sealed record ArtifactsRemoved(string Notice) : RunFact;

    /// <summary>Its workspace is kept no longer, or another attempt has it.</summary>
    public sealed record WorkspaceGone(string Notice) : RunFact;

    /// <summary>The attempt that was to have its workspace has ended before any host had it.</summary>
    public sealed record WorkspaceFree : RunFact;

    /// <summary>Given up.</summary>
    public sealed record Lost(string Reason, string Message) : RunFact;
}
