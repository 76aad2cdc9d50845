using Kiln.Exec.Interop;
using Kiln.Exec.Reap;

namespace Kiln.Exec.Rooms;

/// <summary>The command that runs in a room, and the connection of who asked for it.</summary>
internal sealed class RoomGuest(int connection, int pid, KillLadder ladder)
{
    // What a script leaves behind may finish for this long, as with a script beside its exec.
    private const int SettleMs = 300;

    private const int FarAwayMs = 24 * 3600 * 1000;

    private readonly long _killsBefore = MemoryKills.Count();
    private Reaped? _main;
    private bool _isTreeGone;
    private long _settleUntil;

    public int Connection { get; } = connection;

    /// <summary>Nobody waits for its end any more.</summary>
    public bool IsAbandoned { get; private set; }

    public bool IsOver => _main is not null && (_isTreeGone || ladder.HasGivenUp(Environment.TickCount64));

    /// <summary>When <see cref="Advance"/> is due; <c>null</c> = only when something happens.</summary>
    public long? NextAt => ladder.ActAt is { } act && act < Environment.TickCount64 + FarAwayMs / 2 ? act
        : _main is not null ? _settleUntil
        : null;

    public void See(Reaped reaped, long now)
    {
        if (reaped.IsNoneLeft)
        {
            _isTreeGone = _main is not null;
        }
        else if (reaped.Pid == pid)
        {
            _main = reaped;
            _settleUntil = now + SettleMs;
        }
    }

    /// <summary>Asks the tree to end; who asked decides when it must.</summary>
    public void Terminate(long now) => ladder.Ask(now, FarAwayMs);

    public void Abandon(long now)
    {
        IsAbandoned = true;
        ladder.Kill(now);
    }

    public void Advance(long now)
    {
        if (_main is not null && !_isTreeGone && now >= _settleUntil)
        {
            ladder.Kill(now);
        }

        ladder.Act(now);
    }

    /// <summary>Tells the end and lets go of the connection.</summary>
    public void Leave()
    {
        var main = _main!.Value;
        var ranOut = MemoryKills.Count() > _killsBefore;
        var answer = main.ExitCode is { } code
            ? new RoomAnswer(RoomEnd.Exited, code, ranOut)
            : new RoomAnswer(RoomEnd.Killed, main.Signal ?? Libc.SigKill, ranOut);
        Posix.WriteAll(Connection, answer.Write());
        Libc.Close(Connection);
    }
}
