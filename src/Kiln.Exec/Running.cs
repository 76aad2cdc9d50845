using Kiln.Contracts.Exec;
using Kiln.Exec.Outputs;
using Kiln.Exec.Reap;
using Kiln.Exec.Spawn;

namespace Kiln.Exec;

/// <summary>
/// The command that runs. Its life: main process alive → ended, while the rest of the tree may still write →
/// tree gone, pipe drained → over.
/// </summary>
internal sealed class Running(ExecNotice.Started started, Channel output, KillLadder ladder)
{
    public ExecNotice.Started Started { get; } = started;

    public string Id => Started.Id;

    /// <summary>What goes to the log.</summary>
    public Channel Output { get; } = output;

    public KillLadder Ladder { get; } = ladder;

    public Capture? Capture { get; init; }

    public StdinText? Stdin { get; init; }

    public ScriptFiles? Script { get; init; }

    public IReadOnlyList<ExecCredential> Credentials { get; init; } = [];

    /// <summary>Why it was told to stop.</summary>
    public string? Stopped { get; set; }

    /// <summary>How the main process ended.</summary>
    public Reaped? Main { get; private set; }

    /// <summary>No process of the tree is left.</summary>
    public bool IsTreeGone { get; private set; }

    /// <summary>Until when those that hold the pipe may go on writing (monotonic milliseconds).</summary>
    public long SettleUntil { get; private set; }

    /// <summary>Length of the log when they are cut off anyway.</summary>
    public long SettleLength { get; private set; }

    public bool IsSilent => Output.IsOver && Capture?.Channel.IsOver is not false;

    /// <summary>A process was reaped, or none is left.</summary>
    /// <param name="reaped">What the reaper reports.</param>
    /// <param name="settleUntil">See <see cref="SettleUntil"/>.</param>
    /// <param name="settleLength">See <see cref="SettleLength"/>.</param>
    public void See(Reaped reaped, long settleUntil, long settleLength)
    {
        if (reaped.IsNoneLeft)
        {
            // Also true right before this command was spawned: only behind the main process's end does it count.
            IsTreeGone = Main is not null;
        }
        else if (reaped.Pid == Started.Pid)
        {
            Main = reaped;
            SettleUntil = settleUntil;
            SettleLength = settleLength;
        }
    }
}
