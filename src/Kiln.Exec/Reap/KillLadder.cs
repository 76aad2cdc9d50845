using Kiln.Exec.Interop;

namespace Kiln.Exec.Reap;

/// <summary>
/// Ends a tree: politely (TERM, then grace) or at once. Killing stops every process first, so that none forks while
/// the others die, and is repeated until the reaper reports that no child is left; a tree that survives the first
/// rounds is caught in a cgroup where one can be had.
/// </summary>
internal sealed class KillLadder(int root)
{
    private const int FirstRepeatMs = 5;
    private const int LongestRepeatMs = 200;
    private const int WalksAlone = 3;
    private const int GiveUpMs = 10_000;

    private long? _killingSince;
    private int _repeatMs = FirstRepeatMs;
    private int _rounds;

    /// <summary>When <see cref="Act"/> is due (monotonic milliseconds); <c>null</c> = nothing is being ended.</summary>
    public long? ActAt { get; private set; }

    /// <summary>TERM now, KILL after <paramref name="graceMs"/>. A second call only shortens the grace.</summary>
    public void Ask(long now, int graceMs)
    {
        var killAt = now + Math.Max(graceMs, 0);
        if (ActAt is null)
        {
            foreach (var pid in ProcessTree.Descendants(root))
            {
                // A stopped process would not hear TERM.
                Signal(pid, Libc.SigTerm);
                Signal(pid, Libc.SigCont);
            }
        }

        ActAt = Math.Min(ActAt ?? killAt, killAt);
    }

    /// <summary>KILL now.</summary>
    public void Kill(long now) => ActAt = Math.Min(ActAt ?? now, now);

    /// <summary>Kills what lives, if it is time.</summary>
    public void Act(long now)
    {
        if (ActAt is null || ActAt > now)
        {
            return;
        }

        var stopped = StopAll();
        if (_rounds++ >= WalksAlone)
        {
            Cgroup.Catch(stopped);
        }

        foreach (var pid in stopped)
        {
            Signal(pid, Libc.SigKill);
        }

        _killingSince ??= now;
        ActAt = now + _repeatMs;
        _repeatMs = Math.Min(_repeatMs * 2, LongestRepeatMs);
    }

    /// <summary>What lives still after so long is not exec's to kill (another user's, by sudo) or stuck in the kernel.</summary>
    public bool HasGivenUp(long now) => now - _killingSince > GiveUpMs;

    /// <summary>Each round may find children born before their parent stopped; one that finds none proves there are none.</summary>
    private HashSet<int> StopAll()
    {
        var stopped = new HashSet<int>();
        for (var isNew = true; isNew;)
        {
            isNew = false;
            foreach (var pid in ProcessTree.Descendants(root))
            {
                isNew |= stopped.Add(pid) && Signal(pid, Libc.SigStop);
            }
        }

        return stopped;
    }

    private static bool Signal(int pid, int signal) => Libc.Kill(pid, signal) == 0;
}
