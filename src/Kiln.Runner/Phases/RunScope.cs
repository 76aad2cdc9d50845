using System.Text;
using Kiln.Contracts.Exec;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Runner.Courier;
using Kiln.Runner.Journal;
using Kiln.Runner.Packages;
using Kiln.Runner.Spawning;
using Kiln.Runner.Steps;
using Kiln.Runner.Workspaces;

namespace Kiln.Runner.Phases;

/// <summary>What the steps of one attempt share.</summary>
internal sealed class RunScope
{
    private const int WordsKept = 16 * 1024;

    private readonly HashSet<string> _known = [];
    private long _lengthFound;

    public required Lease Lease { get; init; }
    public required RunnerPlace Place { get; init; }
    public required RunDirectory Directory { get; init; }
    public required ExecSession Exec { get; init; }
    public required AttemptRecord Record { get; init; }
    public required Spool Spool { get; init; }
    public required StopState Stop { get; init; }
    public required IRunServer Server { get; init; }
    public required Announcements News { get; init; }

    /// <summary>What the attempt goes on from; <c>null</c> = it begins from the beginning.</summary>
    public Continuation? Continuation { get; init; }

    public RunSpec Spec => Lease.Spec;

    /// <summary>Repositories as they were checked out, in order.</summary>
    public List<CheckedOutRepo> Repos { get; } = [];

    /// <summary>Packages that the script finds, in order.</summary>
    public List<InstalledPackage> Packages { get; } = [];

    /// <summary>The script's outputs, unmasked.</summary>
    public Dictionary<string, string> Outputs { get; } = [];

    /// <summary>What a script inherits: the environment of the machine's user, or of the room's image once it is there.</summary>
    public IReadOnlyDictionary<string, string> Inherited { get => field ?? Place.Inherited; private set; }

    /// <summary>Files that this runner has laid out for the script.</summary>
    public HashSet<string> Written { get; } = new(StringComparer.Ordinal);

    /// <summary>Sentences that are said with the end of the step that is under way.</summary>
    public List<string> Remarks { get; } = [];

    /// <summary>Where the last command's log ended.</summary>
    public long LogEnd { get; set; }

    /// <summary>The script's exit code, once it has run to an end.</summary>
    public int? ExitCode { get; set; }

    /// <summary>Commands that an earlier runner of this attempt has started, and how far the log had come.</summary>
    public void Remember(ExecNotice.State state)
    {
        _lengthFound = state.LogLength;
        _known.UnionWith(state.History.Select(static ended => ended.Id));
        if (state.Running is { } running)
        {
            _known.Add(running.Id);
        }
    }

    /// <summary>Notes where a repository stands, for the steps behind and in the record.</summary>
    public void Add(CheckedOutRepo repo)
    {
        Repos.Add(repo);
        Record.RepoCheckedOut(repo.Planned.Index, repo.CommitId, repo.CommitMessage.Split('\n')[0].TrimEnd());
    }

    /// <summary>Writes Kiln's own words into the log.</summary>
    public Task SayAsync(string text) => Exec.SendAsync(new ExecCommand.Say(text));

    /// <summary>Whether an earlier runner of this attempt has started a command.</summary>
    public bool HasRun(string commandId) => _known.Contains(commandId);

    /// <summary>Whether an earlier runner of this attempt has begun the step. Killed right then, it left that to exec's memory alone.</summary>
    public bool HasBegun(string step) =>
        Record.HasStarted(step) || _known.Any(id => StepCommands.IsOf(step, id));

    /// <summary>Whether an earlier runner of this attempt has said how the step ended. Those are the first words behind the step's part of the
    /// log, and come behind the note of its end: a runner that is killed between the two leaves a log that ends with the step.</summary>
    public bool HasSaidEnd(string step) => Record.EndOf(step) is { LogEnd: var end } && end < _lengthFound;

    /// <summary>Whether an earlier runner of this attempt has begun the step and has not brought it to its end, words included.</summary>
    public bool IsUnderWay(string step) => Record.HasStarted(step) && !HasSaidEnd(step);

    /// <summary>Says what command comes now, unless an earlier runner has said so.</summary>
    public Task SayBeforeAsync(string commandId, string text) =>
        _known.Contains(commandId) ? Task.CompletedTask : SayAsync(text);

    /// <summary>
    /// Runs one command for a step; the first one begins the step. A stop that comes while the command is being sent
    /// is sent once more behind it, since exec ignores one that finds nothing running.
    /// </summary>
    public async Task<CommandEnd> RunAsync(string step, string id, ExecCommand command)
    {
        var run = Exec.RunAsync(id, command, started => Record.StepStarted(step, started.LogStart));
        if (Stop.Order is { } order)
        {
            await Exec.SendAsync(StopState.CommandFor(order, Spec.GraceSeconds));
        }
        var end = await run;
        if (end is CommandEnd.Ended { Notice.LogEnd: var logEnd })
        {
            LogEnd = logEnd;
        }
        if (end is CommandEnd.Ended { Notice.Stopped: StopState.TimedOut })
        {
            Stop.TryOrder(new StopOrder(Lease.Key, StopState.TimedOut, ""));
        }
        return end;
    }

    /// <summary>Where the log ends now, Kiln's own words included; of a dead exec, where its spool ends.</summary>
    public async Task<long> MeasureLogAsync()
    {
        if (await Exec.LogLengthAsync() is { } length)
        {
            return length;
        }
        Spool.Measure();
        return Spool.Length;
    }

    /// <summary>Where the log of a step begins whose begin nobody has told: an exec that died knew it, or nothing of it was started.</summary>
    public async Task<long> BeginOfAsync(string step) =>
        StepCommands.BeginOf(ExecJournal.Read(Directory.Path), step) ?? await MeasureLogAsync();

    /// <summary>The last part of what a command wrote into the log.</summary>
    public string WordsOf(ExecNotice.Ended notice)
    {
        var length = (int)Math.Min(notice.LogEnd - notice.LogStart, WordsKept);
        var buffer = new byte[length];
        var read = Spool.Read(notice.LogEnd - length, buffer);
        return Encoding.UTF8.GetString(buffer, 0, read);
    }

    /// <summary>Waits for the place where scripts run; <c>null</c> = it is there.</summary>
    public async Task<StepResult?> EnterRoomAsync()
    {
        if (Place.Room is not { } room || Inherited != Place.Inherited)
        {
            return null;
        }
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Stop.Token);
        var opening = room.OpenAsync(giveUp.Token);
        try
        {
            if (!opening.IsCompleted)
            {
                await SayAsync("the script waits for its container");
            }
            if (await Task.WhenAny(opening, room.Trouble) != opening)
            {
                var trouble = await room.Trouble;
                return new StepResult.Lost(trouble.Reason, trouble.Message);
            }
            Inherited = await opening;
            return null;
        }
        catch (OperationCanceledException) when (Stop.Token.IsCancellationRequested)
        {
            return new StepResult.Stopped();
        }
        finally
        {
            await giveUp.CancelAsync();
        }
    }

    /// <summary>What the room's side of a command noted beside its end: <see cref="RoomProtocol.OutOfMemory"/>,
    /// <see cref="RoomProtocol.Gone"/> or nothing.</summary>
    public string RoomNoteOf(string commandId) =>
        Path.Combine(Directory.Path, commandId + RoomProtocol.NoteSuffix) is var note && Place.Room is not null && File.Exists(note)
            ? File.ReadAllText(note)
            : "";

    /// <summary>A secret of the run; the plan never names one that is not there.</summary>
    public string Secret(string reference) => Spec.Secrets[reference];
}
