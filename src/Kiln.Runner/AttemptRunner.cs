using Kiln.Contracts.Exec;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Runner.Courier;
using Kiln.Runner.Journal;
using Kiln.Runner.Kept;
using Kiln.Runner.Phases;
using Kiln.Runner.Spawning;
using Kiln.Runner.Workspaces;
using Microsoft.Extensions.Logging;

namespace Kiln.Runner;

/// <summary>How a runner's work on an attempt ended.</summary>
public enum RunnerEnd
{
    /// <summary>The server has the end and the whole log; nothing of the run is left on the host.</summary>
    Delivered,

    /// <summary>The lease is another's; everything was ended and removed, nothing more was reported.</summary>
    Stale,

    /// <summary>The runner let go; exec goes on, the run directory waits for the next runner.</summary>
    Detached,
}

/// <summary>
/// Drives one attempt from its lease to its delivered end. It may be killed at any moment: a second runner on the same
/// run directory goes on where it was, because exec keeps what runs and has run, and the journal what was told.
/// </summary>
public sealed partial class AttemptRunner(
    Lease lease, RunDirectory directory, RunnerPlace place, IRunServer server, ILogger logger) : IDisposable
{
    private readonly StopState _stop = new();
    private readonly Announcements _news = new();
    private volatile ExecSession? _exec;

    /// <summary>Which attempt.</summary>
    public LeaseKey Key => lease.Key;

    /// <summary>What a killed exec's processes are found by; unique on the host.</summary>
    private string Mark => Abandonment.MarkOf(lease.Key, place.AgentId);

    /// <summary>Orders the attempt to stop. The first order counts; repeating it does nothing.</summary>
    public void Stop(StopOrder order)
    {
        if (!_stop.TryOrder(order))
        {
            return;
        }
        Log.Stopping(logger, lease.Key.RunId, order.Cause);
        if (_exec is { } exec)
        {
            _ = exec.SendAsync(StopState.CommandFor(order, lease.Spec.GraceSeconds));
        }
    }

    /// <summary>Says a sentence of others in the run's log, between the steps' own; void once the attempt has ended.</summary>
    public void Say(string text) => _news.Say(text);

    /// <summary>Works until the attempt's end is delivered.</summary>
    /// <param name="isAdopted">True when the run directory was there before: an earlier runner began the attempt.</param>
    /// <param name="detach">Lets go and leaves everything as it is.</param>
    public async Task<RunnerEnd> RunAsync(bool isAdopted, CancellationToken detach)
    {
        using var letGo = CancellationTokenSource.CreateLinkedTokenSource(detach);
        var continuation = Prepare();
        var opening = ExecOpening.OpenAsync(directory, Mark, place, isAdopted, letGo.Token);
        using var journal = EventJournal.Open(directory.EventJournal, place.Clock);
        using var spool = new Spool(directory.Spool);
        var courier = new ReportCourier(lease.Key, server, journal, spool, logger) { StopOrdered = Stop };
        journal.Appended = courier.Wake;

        var driving = DriveAsync(opening, journal, spool, courier, continuation, isAdopted);
        var delivering = courier.RunAsync(isAdopted, place.Clock, letGo.Token);
        try
        {
            if (await Task.WhenAny(delivering, driving) == driving)
            {
                await driving;
            }
            var end = await delivering;
            if (end == CourierEnd.Stale)
            {
                Stop(new StopOrder(lease.Key, StopState.Stale, ""));
                await FinishExecAsync();
            }
            await driving;
            await FinishExecAsync();
            directory.Remove();
            return end == CourierEnd.Stale ? RunnerEnd.Stale : RunnerEnd.Delivered;
        }
        catch (OperationCanceledException) when (detach.IsCancellationRequested)
        {
            await HangUpAsync(driving);
            return RunnerEnd.Detached;
        }
        finally
        {
            await letGo.CancelAsync();
        }
    }

    /// <summary>
    /// Gives up an attempt that <see cref="RunAsync"/> could not carry on with: ends its processes, tells the server why with
    /// the log that there is, and removes the directory.
    /// </summary>
    /// <param name="why">What went wrong.</param>
    /// <param name="detach">Lets go; the next agent in the directory begins again.</param>
    public Task GiveUpAsync(Exception why, CancellationToken detach) => GiveUpAsync(
        IsFullDisk(why)
            ? new Verdict(
                RunStatus.Lost, RunReason.DiskFull,
                $"The disk of {place.HostName} is full, so the run could not go on there. Make room on it and retry the run.", ExitCode: null)
            : Broke(why, exitCode: null),
        detach);

    /// <summary>
    /// Ends an attempt whose machine has been started anew: its processes are gone, and of its journals and its log the server may have
    /// more than the disk. The server gets the log that is there and the end.
    /// </summary>
    /// <param name="detach">Lets go; the next agent in the directory begins again.</param>
    public Task EndWithItsMachineAsync(CancellationToken detach) => GiveUpAsync(
        new Verdict(
            RunStatus.Lost, RunReason.HostLostRun,
            $"{place.HostName} was restarted while the run was on it; its script did not end by itself. Retry the run.", ExitCode: null),
        detach);

    /// <summary>Whether the end of an attempt is noted in its directory, and all of the log that belongs to it is there.</summary>
    public static bool HasWholeEnd(RunDirectory directory, TimeProvider clock)
    {
        using var journal = EventJournal.Open(directory.EventJournal, clock);
        using var spool = new Spool(directory.Spool);
        spool.Measure();
        return new AttemptRecord(journal).End is { } end && end.LogEnd <= spool.Length;
    }

    public void Dispose() => _stop.Dispose();

    private async Task GiveUpAsync(Verdict verdict, CancellationToken detach)
    {
        await Abandonment.EndProcessesAsync(directory, Mark, place.Clock);
        directory.Home?.Release();
        using var spool = new Spool(directory.Spool);
        await new LastWords(lease.Key, server, spool).TellAsync(verdict, place.Clock, detach);
        directory.Remove();
    }

    private async Task DriveAsync(
        Task<ExecOpening> opening, EventJournal journal, Spool spool, ReportCourier courier, Continuation? continuation, bool isAdopted)
    {
        var record = new AttemptRecord(journal);
        var relay = new LogRelay(spool, courier, place.HostName, directory.Path);
        var closing = new AttemptClosing(Mark, lease.Spec.Plan.Steps, directory, record, spool, _news, logger);
        var opened = await opening;
        if (record.End is not null)
        {
            await AttachAsync(opened, null, relay);
            spool.Measure();
            courier.Wake();
            return;
        }
        var headIsSaid = record.HasBegun;
        var begunMs = record.Begin();
        if (opened is not ExecOpening.Open)
        {
            directory.Home?.Release();
            closing.EndWithoutExec(lease.Key.RunId, opened, place.HostName);
            return;
        }
        var exec = (await AttachAsync(opened, record, relay))!;
        var elapsed = Stopwatch.Elapsed(
            directory.Stopwatch, otherwise: place.Clock.GetUtcNow().ToUnixTimeMilliseconds() - begunMs);
        var limit = (lease.Spec.Plan.TimeoutMinutes * 60_000L) - elapsed;
        var state = await exec.HelloAsync(new ExecCommand.Hello(
            ExecProtocol.Version, [.. lease.Spec.Secrets.Values], Math.Max(0, limit),
            lease.Spec.GraceSeconds * 1000));
        await using var timer = place.Clock.CreateTimer(
            _ => Stop(new StopOrder(lease.Key, StopState.TimedOut, "")),
            null, TimeSpan.FromMilliseconds(Math.Max(0, limit)), Timeout.InfiniteTimeSpan);
        var run = new RunScope
        {
            Lease = lease,
            Place = place,
            Directory = directory,
            Exec = exec,
            Record = record,
            Spool = spool,
            Stop = _stop,
            Server = server,
            News = _news,
            Continuation = continuation,
        };
        if (isAdopted && await state is { } known)
        {
            run.Remember(known);
        }
        if (!headIsSaid)
        {
            await run.SayAsync(Head(continuation));
        }
        _news.Attach(text => SayNewsAsync(run, text));
        var verdict = await JudgeAsync(run);
        place.Standby?.Refill();
        if (_stop.Order is not { Cause: StopState.Stale })
        {
            await WorkspaceKeeping.DecideAsync(run, verdict);
        }
        await closing.EndAsync(run, verdict);
    }

    private Continuation? Prepare()
    {
        if (place.Kept is { } kept)
        {
            return kept.Enter(directory, lease);
        }
        directory.Create(lease.Key);
        return lease.Spec.ContinuesAttempt > 0 ? new Continuation.Gone() : null;
    }

    private async Task<Verdict> JudgeAsync(RunScope run)
    {
        try
        {
            var verdict = await StepSequence.RunAsync(run);
            return verdict.Reason == RunReason.PodDeleted && place.Room is { } room && await room.ToldSoonAsync() is { } told
                ? verdict with { Reason = told.Reason, Message = told.Message }
                : verdict;
        }
        catch (Exception bug) when (bug is not OperationCanceledException && !IsFullDisk(bug))
        {
            Log.Failed(logger, bug, lease.Key.RunId);
            return Broke(bug, run.ExitCode);
        }
    }

    private async Task SayNewsAsync(RunScope run, string text)
    {
        await run.SayAsync(text);
        directory.NoticesSaid++;
    }

    private Verdict Broke(Exception bug, int? exitCode) => new(
        RunStatus.Lost, RunReason.InternalError,
        $"Kiln itself failed on {place.HostName}: {bug.Message} The agent's own log has the details.", exitCode);

    private async Task<ExecSession?> AttachAsync(ExecOpening opened, AttemptRecord? record, LogRelay relay)
    {
        if (opened is not ExecOpening.Open { Connection: var connection })
        {
            return null;
        }
        _exec = relay.Begin(connection, record);
        // A stop that came before there was anybody to tell.
        if (_stop.Order is { } order)
        {
            await _exec.SendAsync(StopState.CommandFor(order, lease.Spec.GraceSeconds));
        }
        return _exec;
    }

    private async Task FinishExecAsync()
    {
        if (_exec is not { } exec)
        {
            return;
        }
        await exec.SendAsync(new ExecCommand.Finish());
        await ExecEnding.AwaitAsync(exec.Gone, place.Clock);
        if (!exec.Gone.IsCompleted)
        {
            Orphans.Kill(Mark, directory);
        }
    }

    private async Task HangUpAsync(Task driving)
    {
        if (_exec is { } exec)
        {
            await exec.DisposeAsync();
        }
        try
        {
            await driving;
        }
        catch (OperationCanceledException)
        {
            // What was waited for goes on without us.
        }
    }

    // Then the journal may take no verdict either: the whole attempt is given up.
    private static bool IsFullDisk(Exception bug) => bug is IOException trouble && DiskTrouble.IsFull(trouble);

    private string Head(Continuation? continuation) => string.Join('\n',
    [
        $"Kiln {place.Version} on {place.HostName}, run {lease.Key.RunId}"
            + (lease.Key.Attempt > 1 ? $", attempt {lease.Key.Attempt}" : ""),
        .. continuation is Continuation.From from ? [from.ToString()] : (string[])[],
        .. lease.Spec.Plan.Notices,
    ]);

    private static partial class Log
    {
        [LoggerMessage(EventId = 200, Level = LogLevel.Information, Message = "Run {RunId} is stopped: {Cause}")]
        public static partial void Stopping(ILogger logger, long runId, string cause);

        [LoggerMessage(EventId = 202, Level = LogLevel.Error, Message = "Run {RunId}: the runner failed")]
        public static partial void Failed(ILogger logger, Exception exception, long runId);
    }
}
