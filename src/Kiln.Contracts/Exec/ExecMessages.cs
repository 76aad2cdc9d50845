namespace Kiln.Contracts.Exec;

/// <summary>
/// What a runner says to a run's exec over the Unix socket <c>exec.sock</c> in the run directory. One runner is
/// connected at a time: a new connection takes the place of the old one. Commands are answered in order; a command
/// runs at most one process tree at a time (a second <see cref="Start"/> while one runs is <see cref="ExecNotice.Refused"/>).
/// </summary>
public abstract record ExecCommand
{
    private ExecCommand() { }

    /// <summary>
    /// First message of every connection. Answered by <see cref="ExecNotice.State"/>. Idempotent.
    /// </summary>
    /// <param name="Protocol">Version of these messages; see <see cref="ExecProtocol.Version"/>.</param>
    /// <param name="Secrets">Values to mask in every byte that is written from now on. Added to those already known;
    /// values under 4 bytes and <c>true</c>/<c>false</c> are ignored.</param>
    /// <param name="DeadlineMs">Milliseconds from now until exec itself stops whatever runs and reports it as timed
    /// out, also when no runner is connected; <c>null</c> = keep the deadline there is. Behind it every
    /// <see cref="Start"/> is refused.</param>
    /// <param name="GraceMs">Milliseconds between TERM and KILL when the deadline passes; ignored without
    /// <paramref name="DeadlineMs"/>, so that who only asks for the state changes nothing.</param>
    public sealed record Hello(int Protocol, IReadOnlyList<string> Secrets, long? DeadlineMs, int GraceMs) : ExecCommand
    {
        /// <summary>Asks for the state and changes nothing.</summary>
        public static Hello Ask { get; } = new(ExecProtocol.Version, [], DeadlineMs: null, GraceMs: 0);
    }

    /// <summary>
    /// Appends Kiln's own words to the log, in order with process output. Each line of <paramref name="Text"/> is
    /// written as <c>ESC[2m[kiln]ESC[0m line LF</c>, masked like everything else.
    /// </summary>
    /// <param name="Text">One or several lines, without the prefix.</param>
    public sealed record Say(string Text) : ExecCommand;

    /// <summary>
    /// Starts a process as leader of a new session: stdin <c>/dev/null</c> (or <paramref name="Stdin"/>), stdout and
    /// stderr one pipe into the log. Answered by <see cref="ExecNotice.Started"/> (or <see cref="ExecNotice.Refused"/>
    /// with nothing started) and, when its main process has ended, the remaining tree is gone and every byte is
    /// spooled, by <see cref="ExecNotice.Ended"/>. Both are journalled before they are sent. A <c>Start</c> whose
    /// <paramref name="Id"/> the journal already holds starts nothing and answers with what the journal holds.
    /// </summary>
    /// <param name="Id">Unique in the run, stable over runner restarts, for example <c>script</c> or <c>checkout-0-fetch</c>.</param>
    /// <param name="Argv">Program (absolute, or looked up on <c>PATH</c> of <paramref name="Environment"/>) and arguments; never a shell string.</param>
    /// <param name="Environment">The whole environment, nothing is inherited.</param>
    /// <param name="WorkingDirectory">Absolute.</param>
    /// <param name="Stdin">Text given on stdin through a pipe, then EOF; <c>null</c> = <c>/dev/null</c>.</param>
    /// <param name="Capture">True: stdout goes to <see cref="ExecNotice.Ended.Captured"/> (at most 1 MiB) and only stderr to the log.</param>
    /// <param name="Credentials">What exec answers to <c>kiln-exec credential</c> (git's credential helper protocol)
    /// while this process tree lives; kept in memory only.</param>
    public sealed record Start(
        string Id,
        IReadOnlyList<string> Argv,
        IReadOnlyList<KeyValuePair<string, string>> Environment,
        string WorkingDirectory,
        string? Stdin,
        bool Capture,
        IReadOnlyList<ExecCredential> Credentials) : ExecCommand;

    /// <summary>
    /// Starts a user's script, as <see cref="Start"/> does, with the output prelude of the design (BASH_ENV, EXIT trap,
    /// <c>$KILN_OUTPUT</c>); outputs come with <see cref="ExecNotice.Ended"/>.
    /// </summary>
    /// <param name="Id">As in <see cref="Start"/>.</param>
    /// <param name="Kind"><c>shell</c>, <c>batch_file</c> or <c>powershell</c>.</param>
    /// <param name="Body">The script, CRLF and CR already as given by the user; exec turns them into LF for <c>shell</c>.</param>
    /// <param name="Environment">The whole environment.</param>
    /// <param name="WorkingDirectory">Absolute.</param>
    /// <param name="Outputs">Names of the declared outputs; empty = none are collected.</param>
    public sealed record StartScript(
        string Id,
        string Kind,
        string Body,
        IReadOnlyList<KeyValuePair<string, string>> Environment,
        string WorkingDirectory,
        IReadOnlyList<string> Outputs) : ExecCommand;

    /// <summary>
    /// Ends the running process tree: TERM, <paramref name="GraceMs"/>, then KILL over all descendants until none is
    /// left. Answered by the <see cref="ExecNotice.Ended"/> of the command. Without a running command nothing happens.
    /// </summary>
    /// <param name="Cause">Why, kept in <see cref="ExecNotice.Ended.Stopped"/>: <c>cancelled</c> or <c>timeout</c>.</param>
    /// <param name="GraceMs">Milliseconds between TERM and KILL, 0 or more.</param>
    public sealed record Stop(string Cause, int GraceMs) : ExecCommand;

    /// <summary>
    /// The log below <paramref name="Length"/> is stored elsewhere: exec may free its place on disk (the file keeps its
    /// offsets, the part below may read as zeros) and no longer counts it against the spool's bound. Never goes back.
    /// </summary>
    /// <param name="Length">Bytes from the start of the log.</param>
    public sealed record Acknowledge(long Length) : ExecCommand;

    /// <summary>
    /// Kills what is left, seals the log, answers <see cref="ExecNotice.Sealed"/> and exits. Idempotent.
    /// </summary>
    public sealed record Finish : ExecCommand;

    /// <summary>
    /// Only message of a <c>kiln-exec credential</c> process, sent instead of <see cref="Hello"/>: it does not take the
    /// runner's place. Answered by <see cref="ExecNotice.Credential"/>, empty unless the asking process belongs to the
    /// running command's tree and one of its credentials fits.
    /// </summary>
    /// <param name="Scheme">git's <c>protocol</c>, for example <c>https</c>.</param>
    /// <param name="Host">Host with port if any.</param>
    /// <param name="Path">Path below the host, or empty.</param>
    /// <param name="Username">User name that git already knows, or empty.</param>
    public sealed record AskCredential(string Scheme, string Host, string Path, string Username) : ExecCommand;
}

/// <summary>A credential for one URL prefix, answered to git through exec and never written anywhere.</summary>
/// <param name="UrlPrefix">Scheme and host (and port), for example <c>https://git.example.com:8443</c>.</param>
/// <param name="Username">User name.</param>
/// <param name="Password">Password or token.</param>
public sealed record ExecCredential(string UrlPrefix, string Username, string Password);

/// <summary>What exec says to the runner.</summary>
public abstract record ExecNotice
{
    private ExecNotice() { }

    /// <summary>Answer to <see cref="ExecCommand.Hello"/>: everything the journal holds.</summary>
    /// <param name="ExecVersion">Product version of the exec binary.</param>
    /// <param name="LogLength">Masked bytes spooled so far.</param>
    /// <param name="Running">The command that runs now, if any.</param>
    /// <param name="History">Commands that have ended, in order.</param>
    /// <param name="IsSealed">Whether the log is sealed.</param>
    /// <param name="IsWaiting">As in <see cref="Log"/>.</param>
    public sealed record State(
        string ExecVersion, long LogLength, Started? Running, IReadOnlyList<Ended> History, bool IsSealed,
        bool IsWaiting) : ExecNotice;

    /// <summary>A command's main process runs.</summary>
    /// <param name="Id">The command.</param>
    /// <param name="Pid">Its process (and session) id; 0 when an ended command is replayed.</param>
    /// <param name="LogStart">Offset of its first log byte.</param>
    public sealed record Started(string Id, int Pid, long LogStart) : ExecNotice;

    /// <summary>Bytes were spooled, or the spool began or ceased to wait; coalesced: while a runner does not read, one
    /// notice stands for all.</summary>
    /// <param name="Length">Length of the log now.</param>
    /// <param name="IsWaiting">True while the spool's bound (or the disk's) is reached: the command's pipe is not read,
    /// so that it waits in <c>write</c>, until <see cref="ExecCommand.Acknowledge"/> or the disk makes room.</param>
    public sealed record Log(long Length, bool IsWaiting) : ExecNotice;

    /// <summary>A command is over: main process reaped, tree gone, bytes spooled.</summary>
    /// <param name="Id">The command.</param>
    /// <param name="ExitCode">0–255 when it exited by itself; <c>null</c> when a signal ended it.</param>
    /// <param name="Signal">The signal that ended it; <c>null</c> when it exited.</param>
    /// <param name="Stopped"><c>cancelled</c> or <c>timeout</c> when exec was told (or its deadline passed), else <c>null</c>.</param>
    /// <param name="LogStart">Offset of its first log byte.</param>
    /// <param name="LogEnd">Offset behind its last log byte.</param>
    /// <param name="Outputs">Collected outputs by name in declared order, unmasked; masked when it comes from
    /// <see cref="ExecJournal"/>, because no secret is written to disk. Empty unless a script declared some.</param>
    /// <param name="MissingOutputs">Declared outputs that could not be collected.</param>
    /// <param name="Captured">Captured stdout, see <see cref="ExecCommand.Start"/>; masked as <paramref name="Outputs"/> is.</param>
    /// <param name="Problem">A sentence when something went wrong beside the exit code (outputs over 1 MiB, NUL in an output).</param>
    public sealed record Ended(
        string Id,
        int? ExitCode,
        int? Signal,
        string? Stopped,
        long LogStart,
        long LogEnd,
        IReadOnlyList<KeyValuePair<string, string>> Outputs,
        IReadOnlyList<string> MissingOutputs,
        string? Captured,
        string? Problem) : ExecNotice;

    /// <summary>A command was not started; nothing was changed.</summary>
    /// <param name="Id">The command.</param>
    /// <param name="Message">One sentence why (program not found, not executable, another command runs …).</param>
    public sealed record Refused(string Id, string Message) : ExecNotice;

    /// <summary>Answer to <see cref="ExecCommand.Finish"/>; exec exits right after it.</summary>
    /// <param name="LogLength">Final length of the log.</param>
    public sealed record Sealed(long LogLength) : ExecNotice;

    /// <summary>Answer to <see cref="ExecCommand.AskCredential"/>.</summary>
    /// <param name="Username">User name; <c>null</c> = no credential.</param>
    /// <param name="Password">Password or token; <c>null</c> with <paramref name="Username"/>.</param>
    public sealed record Credential(string? Username, string? Password) : ExecNotice;
}

/// <summary>
/// Names and numbers of the exec protocol. <c>kiln-exec &lt;run-dir&gt;</c> is started with a pipe as stdout, writes
/// <see cref="ReadyLine"/> to it and closes it once it listens on the socket, so that the runner connects without trying
/// in a loop; <see cref="ExecLaunch.StartAsync"/> does all that.
/// </summary>
public static class ExecProtocol
{
    /// <summary>Version of the messages; exec answers N and N-1.</summary>
    public const int Version = 1;

    /// <summary>Socket file in the run directory.</summary>
    public const string SocketFile = "exec.sock";

    /// <summary>Masked log bytes in the run directory; appended by exec only.</summary>
    public const string SpoolFile = "log.spool";

    /// <summary>Journal of exec in the run directory: what was started and how it ended, enough for a runner that
    /// finds exec dead. Read it with <see cref="ExecJournal"/>.</summary>
    public const string JournalFile = "exec.journal";

    /// <summary>Environment variable of exec, and added by it to every process it starts: marks the processes of a run,
    /// so that an agent can find those that a killed exec left behind (in <c>/proc/*/environ</c>).</summary>
    public const string RunIdVariable = "KILN_RUN_MARK";

    /// <summary>Environment variable with the socket's absolute path, set for commands that have credentials. Their git
    /// is told <c>-c credential.helper=</c> and <c>-c "credential.helper=!'/path/of/kiln-exec' credential"</c>.</summary>
    public const string SocketVariable = "KILN_EXEC_SOCKET";

    /// <summary>Environment variable of exec: most log bytes that wait to be acknowledged (default 1 GiB).</summary>
    public const string SpoolLimitVariable = "KILN_SPOOL_LIMIT";

    /// <summary>Environment variable of exec: percent of the free disk that such bytes may take (default 10).</summary>
    public const string SpoolDiskVariable = "KILN_SPOOL_DISK_PERCENT";

    /// <summary>Line that exec writes to its stdout once it listens; then it lets go of stdin, stdout and stderr.</summary>
    public const string ReadyLine = "ready";

    /// <summary>Argument in the place of the run directory: exec waits on stdin for the run directory and the value of
    /// <see cref="RunIdVariable"/>, each ended by NUL, and goes on as if it had been started with them. It ends when stdin does.</summary>
    public const string StandbyArgument = "standby";

    /// <summary>Largest message in bytes; a longer one ends the connection.</summary>
    public const int MaxFrame = 32 * 1024 * 1024;
}
