using System.Collections.Concurrent;

namespace Kiln.Server.Queue;

/// <summary>
/// Wakes held polls: there may be work, or an order. Whoever hears a ring asks the store. One run that waits wakes one host
/// that fits and has room, not all of them; a poll that cannot take it hands the ring on. Rings of other servers come in
/// through the methods with <c>Elsewhere</c>.
/// </summary>
public sealed class QueueBells
{
    private readonly ConcurrentDictionary<string, Bell> _bells = new(StringComparer.Ordinal);

    /// <summary>Tells other servers of a ring of this one for an agent; empty = for all that have room.</summary>
    public Action<string> TellRung { private get; set; } = static _ => { };

    /// <summary>Tells other servers of a ring of this one for work, by its needs.</summary>
    public Action<IReadOnlyList<string>> TellWork { private get; set; } = static _ => { };

    /// <summary>
    /// Takes the agent's bell for a new poll; a poll that holds it now is <see cref="Bell.IsSuperseded"/> and woken.
    /// </summary>
    public Bell Take(string agentId, IReadOnlyList<string> offers)
    {
        var bell = new Bell(offers);
        _bells.AddOrUpdate(agentId, bell, (_, older) =>
        {
            older.Supersede();
            return bell;
        });
        return bell;
    }

    /// <summary>Gives the bell back at the end of a poll; what it was rung for and nobody has looked at since goes to others.</summary>
    public void Return(string agentId, Bell bell)
    {
        _bells.TryRemove(new KeyValuePair<string, Bell>(agentId, bell));
        HandOn(bell.TakeWork());
    }

    /// <summary>Rings for runs that the rung host could not take.</summary>
    public void HandOn(IEnumerable<IReadOnlyList<string>> work)
    {
        foreach (var needs in work)
        {
            RingWorkElsewhere(needs);
        }
    }

    /// <summary>Wakes the poll of one agent, if it holds one.</summary>
    public void Ring(string agentId)
    {
        RingElsewhere(agentId);
        TellRung(agentId);
    }

    /// <summary>Wakes the poll of the fitting host that has most room: a run waits. Without such a host nobody is woken; the
    /// next one that polls, or has room again, finds the run.</summary>
    /// <param name="needs">What the run needs, see <see cref="Needs.Of(Kiln.Contracts.Plans.RunPlan)"/>.</param>
    public void RingWork(IReadOnlyList<string> needs)
    {
        RingWorkElsewhere(needs);
        TellWork(needs);
    }

    /// <summary>Wakes the poll of a fitting host, as another server asks.</summary>
    public void RingWorkElsewhere(IReadOnlyList<string> needs)
    {
        Bell? best = null;
        foreach (var (_, bell) in _bells)
        {
            if (bell.Fits(needs) && (best is null || bell.Room > best.Room))
            {
                best = bell;
            }
        }
        best?.RingForWork(needs);
    }

    /// <summary>Wakes the poll of one agent, as another server asks.</summary>
    public void RingElsewhere(string agentId)
    {
        if (_bells.TryGetValue(agentId, out var bell))
        {
            bell.Ring();
        }
    }

    /// <summary>Wakes the polls of all hosts that have room: a limit lets runs through, nobody knows yet for which host.</summary>
    public void RingRoom()
    {
        RingRoomElsewhere();
        TellRung("");
    }

    /// <summary>Wakes the polls of all hosts that have room, as another server asks.</summary>
    public void RingRoomElsewhere()
    {
        foreach (var (_, bell) in _bells)
        {
            if (bell.Room > 0)
            {
                bell.Ring();
            }
        }
    }

    /// <summary>Wakes every poll: rings may have been missed.</summary>
    public void RingAll()
    {
        foreach (var (_, bell) in _bells)
        {
            bell.Ring();
        }
    }
}
