using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Kiln.Server.Queue;

/// <summary>
/// Wakes held polls: there may be work, or an order. A ring carries no data; whoever hears it asks the store. Rings
/// of other servers come in through the methods with <c>Elsewhere</c>.
/// </summary>
public sealed class QueueBells
{
    private readonly ConcurrentDictionary<string, Bell> _bells = new(StringComparer.Ordinal);

    /// <summary>Tells other servers of a ring of this one: the agent, or <c>null</c> for all.</summary>
    public Action<string?> TellRung { private get; set; } = static _ => { };

    /// <summary>
    /// Takes the agent's bell for a new poll; a poll that holds it now is <see cref="Bell.IsSuperseded"/> and woken.
    /// </summary>
    public Bell Take(string agentId)
    {
        var bell = new Bell();
        _bells.AddOrUpdate(agentId, bell, (_, older) =>
        {
            older.Supersede();
            return bell;
        });
        return bell;
    }

    /// <summary>Gives the bell back at the end of a poll.</summary>
    public void Return(string agentId, Bell bell) =>
        _bells.TryRemove(new KeyValuePair<string, Bell>(agentId, bell));

    /// <summary>Wakes the poll of one agent, if it holds one.</summary>
    public void Ring(string agentId)
    {
        RingElsewhere(agentId);
        TellRung(agentId);
    }

    /// <summary>Wakes every poll.</summary>
    public void RingAll()
    {
        RingAllElsewhere();
        TellRung(null);
    }

    /// <summary>Wakes the poll of one agent, as another server asks.</summary>
    public void RingElsewhere(string agentId)
    {
        if (_bells.TryGetValue(agentId, out var bell))
        {
            bell.Ring();
        }
    }

    /// <summary>Wakes every poll, as another server asks.</summary>
    public void RingAllElsewhere()
    {
        foreach (var (_, bell) in _bells)
        {
            bell.Ring();
        }
    }
}

/// <summary>The bell of one held poll. Rings between two waits are one, and not lost.</summary>
public sealed class Bell
{
    private readonly Channel<bool> _rung = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>True once a newer poll of the same agent has come.</summary>
    public bool IsSuperseded { get; private set; }

    /// <summary>Waits for a ring; false when the time is up.</summary>
    public async Task<bool> WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        if (atMost <= TimeSpan.Zero)
        {
            return false;
        }
        using var expiry = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellationToken);
        try
        {
            return await _rung.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    internal void Ring() => _rung.Writer.TryWrite(true);

    internal void Supersede()
    {
        IsSuperseded = true;
        Ring();
    }
}
