using Kiln.Exec.Interop;

namespace Kiln.Exec.Reap;

/// <summary>
/// Ends a tree: politely (TERM, then grace) or at once. Killing stops every process first, so that none forks while
/// the others die, and is repeated until the reaper reports that no child is left.
/// </summary>
internal sealed class KillLadder(int root)
{
    private const int FirstRepeatMs = 5;
    private const int LongestRepeatMs = 200;

    private long? _actAt;
    private int _repeatMs = FirstRepeatMs;

    /// <summary>When <see cref="Act"/> is due (monotonic milliseconds); <c>null</c> = nothing is being ended.</summary>
    public long? ActAt => _actAt;

    /// <summary>TERM now, KILL after <paramref name="graceMs"/>. A second call only shortens the grace.</summary>
    public void Ask(long now, int graceMs)
    {
        var killAt = now + Math.Max(graceMs, 0);
        if (_actAt is null)
        {
            foreach (var pid in ProcessTree.Descendants(root))
            {
                // A stopped process would not hear TERM.
                Libc.Kill(pid, Libc.SigTerm);
                Libc.Kill(pid, Libc.SigCont);
            }
        }

        _actAt = Math.Min(_actAt ?? killAt, killAt);
    }

    /// <summary>KILL now.</summary>
    public void Kill(long now) => _actAt = Math.Min(_actAt ?? now, now);

    /// <summary>Kills what lives, if it is time.</summary>
    public void Act(long now)
    {
        if (_actAt > now || _actAt is null)
        {
            return;
        }

        // Each round may find children born before their parent stopped; a round that finds none proves there are none.
        var stopped = new HashSet<int>();
        for (var isNew = true; isNew;)
        {
            isNew = false;
            foreach (var pid in ProcessTree.Descendants(root))
            {
                isNew |= stopped.Add(pid) && Libc.Kill(pid, Libc.SigStop) == 0;
            }
        }

        foreach (var pid in stopped)
        {
            Libc.Kill(pid, Libc.SigKill);
        }

        _actAt = now + _repeatMs;
        _repeatMs = Math.Min(_repeatMs * 2, LongestRepeatMs);
    }
}
