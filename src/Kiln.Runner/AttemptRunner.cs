using Kiln.Contracts.Exec;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Runner.Courier;
using Kiln.Runner.Journal;
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
    private volatile ExecSession? _exec;

    /// <summary>Which attempt.</summary>
    public LeaseKey Key => lease.Key;

    /// <summary>What a killed exec's processes are found by; unique on the host.</summary>
    private string Mark => MarkOf(lease.Key, place.AgentId);

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

    /// <summary>Works until the attempt's end is delivered.</summary>
    /// <param name="isAdopted">True when the run directory was there before: an earlier runner began the attempt.</param>
    /// <param name="detach">Lets go and leaves everything as it is.</param>
    public async Task<RunnerEnd> RunAsync(bool isAdopted, CancellationToken detach)
    {
        using var letGo = CancellationTokenSource.CreateLinkedTokenSource(detach);
        directory.Create(lease.Key);
        var opening = OpenExecAsync(isAdopted, letGo.Token);
        using var journal = EventJournal.Open(directory.EventJournal, place.Clock);
        using var spool = new Spool(directory.Spool);
        var courier = new ReportCourier(lease.Key, server, journal, spool, logger) { StopOrdered = Stop };
        journal.Appended = courier.Wake;

        var driving = DriveAsync(opening, journal, spool, courier, isAdopted);
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

    public void Dispose() => _stop.Dispose();

    /// <summary>The mark of an attempt's processes.</summary>
    public static string MarkOf(LeaseKey key, string agentId) =>
        $"{key.RunId}-{key.Attempt}-{key.Fence}-{agentId}";

    /// <summary>Ends whatever runs for an attempt that is not ours any more, and removes its directory.</summary>
    public static async Task AbandonAsync(RunDirectory directory, string mark, TimeProvider clock)
    {
        await ExecEnding.EndAsync(await ExecConnection.ConnectAsync(directory.Path, CancellationToken.None), clock);
        Orphans.Kill(mark, directory.Path);
        directory.Remove();
    }

    private async Task DriveAsync(
        Task<ExecOpening> opening, EventJournal journal, Spool spool, ReportCourier courier, bool isAdopted)
    {
        var record = new AttemptRecord(journal);
        var opened = await opening;
        if (record.End is not null)
        {
            await AttachAsync(opened, null, spool, courier);
            spool.Measure();
            courier.Wake();
            return;
        }
        var headIsSaid = record.HasBegun;
        var begunMs = record.Begin();
        if (opened is not ExecOpening.Open)
        {
            await EndWithoutExecAsync(opened, record, spool, courier);
            return;
        }
        var exec = (await AttachAsync(opened, record, spool, courier))!;
        var limit = begunMs + (lease.Spec.Plan.TimeoutMinutes * 60_000L) - place.Clock.GetUtcNow().ToUnixTimeMilliseconds();
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
        };
        if (isAdopted && await state is { } known)
        {
            run.Remember(known);
        }
        if (!headIsSaid)
        {
            await run.SayAsync(Head());
        }
        await EndAsync(run, await JudgeAsync(run), courier);
    }

    private async Task<Verdict> JudgeAsync(RunScope run)
    {
        try
        {
            return await StepSequence.RunAsync(run);
        }
        catch (Exception bug) when (bug is not OperationCanceledException)
        {
            Log.Failed(logger, bug, lease.Key.RunId);
            return new Verdict(
                RunStatus.Lost, RunReason.InternalError,
                $"Kiln itself failed on {place.HostName}: {bug.Message} The agent's own log has the details.", run.ExitCode);
        }
    }

    private async Task EndAsync(RunScope run, Verdict verdict, ReportCourier courier)
    {
        if (_stop.Order is { Cause: StopState.Stale })
        {
            return;
        }
        await run.SayAsync(verdict.Message.Length == 0
            ? "the run passed"
            : $"the run ended as {verdict.Status.ToString().ToLowerInvariant()}: {verdict.Message}");
        var logEnd = await run.Exec.LogLengthAsync() ?? CloseLogOfDeadExec(run.Spool, verdict);
        run.Spool.GrewTo(logEnd);
        run.Record.Ended(verdict, logEnd);
        courier.Wake();
        Log.Ended(logger, lease.Key.RunId, verdict.Status, verdict.Reason);
    }

    private async Task EndWithoutExecAsync(ExecOpening opened, AttemptRecord record, Spool spool, ReportCourier courier)
    {
        var verdict = opened is ExecOpening.NotStarted notStarted
            ? new Verdict(RunStatus.Lost, RunReason.ExecFailed,
                $"The run could not be started on {place.HostName}: {notStarted.Message}", ExitCode: null)
            : Verdict.ExecDied(exitCode: null);
        record.Ended(verdict, CloseLogOfDeadExec(spool, verdict));
        courier.Wake();
        Log.Ended(logger, lease.Key.RunId, verdict.Status, verdict.Reason);
        await Task.CompletedTask;
    }

    /// <summary>Exec is dead, so nobody else writes its spool: ends its processes and adds the last line.</summary>
    private long CloseLogOfDeadExec(Spool spool, Verdict verdict)
    {
        Orphans.Kill(Mark, directory.Path);
        File.AppendAllText(directory.Spool, $"\n\e[2m[kiln]\e[0m {verdict.Message}\n");
        spool.Measure();
        return spool.Length;
    }

    private async Task<ExecSession?> AttachAsync(
        ExecOpening opened, AttemptRecord? record, Spool spool, ReportCourier courier)
    {
        if (opened is not ExecOpening.Open { Connection: var connection })
        {
            return null;
        }
        var isWaiting = false;
        var exec = new ExecSession(connection)
        {
            LogGrew = log =>
            {
                spool.GrewTo(log.Length);
                courier.Wake();
                if (record is not null && log.IsWaiting != isWaiting)
                {
                    isWaiting = log.IsWaiting;
                    record.Noticed(
                        isWaiting ? RunReason.LogBackpressure : "",
                        isWaiting ? $"The log on {place.HostName} has reached its bound and waits for the server." : "");
                }
            },
        };
        var freed = 0L;
        courier.Acknowledged = length =>
        {
            if (length - freed >= AcknowledgeEvery || (isWaiting && length > freed))
            {
                freed = length;
                _ = exec.SendAsync(new ExecCommand.Acknowledge(length));
            }
        };
        exec.Begin();
        _exec = exec;
        // A stop that came before there was anybody to tell.
        if (_stop.Order is { } order)
        {
            await exec.SendAsync(StopState.CommandFor(order, lease.Spec.GraceSeconds));
        }
        return exec;
    }

    private async Task<ExecOpening> OpenExecAsync(bool isAdopted, CancellationToken cancellationToken)
    {
        if (isAdopted && await ExecConnection.ConnectAsync(directory.Path, cancellationToken) is { } adopted)
        {
            return new ExecOpening.Open(adopted);
        }
        // A directory without spool: the earlier runner was killed before it could start anything.
        if (isAdopted && File.Exists(directory.Spool))
        {
            return new ExecOpening.Dead();
        }
        var launch = await ExecLaunch.StartAsync(
            place.ExecBinary, directory.Path, Mark, place.ExecEnvironment, cancellationToken);
        return launch is ExecLaunch.Failed failed
            ? new ExecOpening.NotStarted(failed.Message)
            : await ExecConnection.ConnectAsync(directory.Path, cancellationToken) is { } connection
                ? new ExecOpening.Open(connection)
                : new ExecOpening.NotStarted("kiln-exec ended right after its start.");
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
            Orphans.Kill(Mark, directory.Path);
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

    private string Head() => string.Join('\n',
    [
        $"Kiln {place.Version} on {place.HostName}, run {lease.Key.RunId}"
            + (lease.Key.Attempt > 1 ? $", attempt {lease.Key.Attempt}" : ""),
        .. lease.Spec.Plan.Notices,
    ]);

    private const long AcknowledgeEvery = 4 << 20;

    private static partial class Log
    {
        [LoggerMessage(EventId = 200, Level = LogLevel.Information, Message = "Run {RunId} is stopped: {Cause}")]
        public static partial void Stopping(ILogger logger, long runId, string cause);

        [LoggerMessage(EventId = 201, Level = LogLevel.Information, Message = "Run {RunId} ended: {Status} {Reason}")]
        public static partial void Ended(ILogger logger, long runId, RunStatus status, string reason);

        [LoggerMessage(EventId = 202, Level = LogLevel.Error, Message = "Run {RunId}: the runner failed")]
        public static partial void Failed(ILogger logger, Exception exception, long runId);
    }
}
