using Kiln.Contracts.Exec;
using Kiln.Exec.Journal;
using Kiln.Exec.Outputs;
using Kiln.Exec.Reap;

namespace Kiln.Exec;

/// <summary>
/// What exec knows and does, without its descriptors: commands come in, processes start, bytes go through the masker
/// into the spool, ends are journalled and then announced. Used by one thread.
/// </summary>
internal sealed class Session(RunLog log, JournalWriter journal, Starter starter, Action<ExecNotice> announce)
{
    /// <summary>
    /// A script may end before what it pipes its output through (<c>exec &gt; &gt;(tee log)</c>): whoever still holds the
    /// step's pipe then may finish, within these bounds. Who let go of the pipe (a daemon) is ended at once.
    /// </summary>
    private const int SettleMs = 300;

    private const long SettleBytes = 8 << 20;

    /// <summary>Behind the end of the last process comes the word that none is left; a walk over all processes of the machine, only to
    /// find none, waits for it.</summary>
    private const int ReapMs = 5;

    private readonly List<ExecNotice.Ended> _history = [];
    private long? _deadline;
    private int _deadlineGraceMs;
    private bool _isFinishing;

    public Running? Running { get; private set; }

    /// <summary>The log is sealed: exec may exit.</summary>
    public bool IsSealed { get; private set; }

    public ExecNotice.State State =>
        new(Program.Version, log.Length, Running?.Started, [.. _history], IsSealed, !log.HasRoom());

    /// <summary>When <see cref="Advance"/> is to be called again (monotonic milliseconds).</summary>
    public long? NextAt
    {
        get
        {
            var next = Running is { Main: null, Stopped: null } ? _deadline : null;
            if (Running is { } running)
            {
                next = Earlier(next, running.Ladder.ActAt);
                next = Earlier(next, running is { Main: not null, IsTreeGone: false } && running.Ladder.ActAt is null
                    ? running.SettleUntil
                    : null);
            }

            return next;
        }
    }

    public void Handle(ExecCommand command, long now)
    {
        switch (command)
        {
            case ExecCommand.Hello hello:
                log.AddSecrets(hello.Secrets);
                if (hello.DeadlineMs is { } wait)
                {
                    (_deadline, _deadlineGraceMs) = (now + wait, hello.GraceMs);
                }

                announce(State);
                break;
            case ExecCommand.Say say:
                log.Say(say.Text);
                break;
            case ExecCommand.Start start:
                Begin(start.Id, now, () => starter.Start(start, log.Length));
                break;
            case ExecCommand.StartScript script:
                Begin(script.Id, now, () => starter.Start(script, log));
                break;
            case ExecCommand.Stop stop:
                Stop(stop.Cause, stop.GraceMs, now);
                break;
            case ExecCommand.Acknowledge acknowledge:
                log.Acknowledge(acknowledge.Length);
                break;
            case ExecCommand.Finish:
                _isFinishing = true;
                Running?.Ladder.Kill(now);
                break;
        }
    }

    public void See(Reaped reaped, long now) => Running?.See(reaped, now + SettleMs, log.Length + SettleBytes);

    /// <summary>Does what time and the state of the command ask for.</summary>
    public void Advance(long now)
    {
        if (Running is { Stopped: null, Main: null } && _deadline <= now)
        {
            Stop("timeout", _deadlineGraceMs, now);
        }

        if (Running is { Main: not null, IsTreeGone: false } settling)
        {
            if (now >= settling.SettleUntil || log.Length > settling.SettleLength || !log.HasRoom())
            {
                settling.Ladder.Kill(now);
            }
            else if (settling.IsSilent)
            {
                settling.Ladder.Kill(Math.Max(now, settling.SettleUntil - SettleMs + ReapMs));
            }
        }

        Running?.Ladder.Act(now);
        if (Running is { Main: not null } over && (over.IsTreeGone || over.Ladder.HasGivenUp(now)))
        {
            End(over);
        }

        if (_isFinishing && Running is null && !IsSealed)
        {
            Seal();
        }
    }

    private void Begin(string id, long now, Func<StartOutcome> start)
    {
        if (_history.Find(ended => ended.Id == id) is { } known)
        {
            announce(new ExecNotice.Started(id, Pid: 0, known.LogStart));
            announce(known);
        }
        else if (Running?.Id == id)
        {
            announce(Running.Started);
        }
        else if (Reason(now) is { } reason)
        {
            announce(new ExecNotice.Refused(id, reason));
        }
        else if (start() is var outcome && outcome is StartOutcome.Begun begun)
        {
            Running = begun.Running;
            journal.Append(begun.Running.Started);
            announce(begun.Running.Started);
        }
        else if (outcome is StartOutcome.Refused refused)
        {
            announce(new ExecNotice.Refused(id, refused.Message));
        }
    }

    private string? Reason(long now) =>
        Running is not null ? $"{Running.Id} still runs"
        : _isFinishing ? "the run is being finished"
        : _deadline <= now ? "the run's time is over"
        : null;

    private void Stop(string cause, int graceMs, long now)
    {
        if (Running is { Main: null } running)
        {
            running.Stopped ??= cause;
            running.Ladder.Ask(now, graceMs);
        }
    }

    private void End(Running over)
    {
        log.Drain(over);
        over.Stdin?.Close();
        var lost = log.EndStream();
        var outputs = over.Script is { } script ? CollectedOutputs.Collect(script) : CollectedOutputs.None;
        var main = over.Main!.Value;
        var ended = new ExecNotice.Ended(
            over.Id, main.ExitCode, main.Signal, over.Stopped, over.Started.LogStart, log.Length,
            outputs.Values, outputs.Missing, over.Capture?.Text, Problem(over, outputs, lost));
        _history.Add(ended);
        Running = null;
        journal.Append(log.Masked(ended));
        announce(ended);
    }

    private static string? Problem(Running over, CollectedOutputs outputs, long lost) =>
        lost > 0 ? $"the disk is full: the last {lost} bytes of the log are lost"
        : !over.IsTreeGone ? "processes of another user, or stuck in the kernel, could not be ended and were left behind"
        : over.Capture is { IsCut: true } ? "the captured output is longer than 1 MiB and was cut"
        : outputs.Problem;

    private void Seal()
    {
        log.EndStream();
        IsSealed = true;
        var end = new ExecNotice.Sealed(log.Length);
        journal.Append(end);
        announce(end);
    }

    private static long? Earlier(long? one, long? other) =>
        one is null ? other : other is null ? one : Math.Min(one.Value, other.Value);
}
