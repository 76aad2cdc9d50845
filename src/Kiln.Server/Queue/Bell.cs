using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Kiln.Server.Queue;

/// <summary>The bell of one held poll. Rings between two waits are one, and not lost.</summary>
/// <param name="offers">What the agent's host offers, see <see cref="Needs.Offers"/>.</param>
public sealed class Bell(IReadOnlyList<string> offers)
{
    private readonly Channel<bool> _rung = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly ConcurrentQueue<IReadOnlyList<string>> _work = new();
    private int _room = int.MaxValue;

    /// <summary>True once a newer poll of the same agent has come.</summary>
    public bool IsSuperseded { get; private set; }

    /// <summary>How many runs the host could take, by the last look at the store and the rings since; until the first look
    /// it may be any number.</summary>
    public int Room => Volatile.Read(ref _room);

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

    /// <summary>Whether the host could take a run that needs this.</summary>
    internal bool Fits(IReadOnlyList<string> needs)
    {
        if (IsSuperseded || Room <= 0)
        {
            return false;
        }
        foreach (var need in needs)
        {
            if (!offers.Contains(need))
            {
                return false;
            }
        }
        return true;
    }

    internal void Ring() => _rung.Writer.TryWrite(true);

    /// <summary>Rings for one run that waits; the poll takes it or hands the ring on, see <see cref="TakeWork"/>.</summary>
    internal void RingForWork(IReadOnlyList<string> needs)
    {
        _work.Enqueue(needs);
        Interlocked.Decrement(ref _room);
        Ring();
    }

    /// <summary>The runs it was rung for since the last call, by their needs.</summary>
    internal List<IReadOnlyList<string>> TakeWork()
    {
        var work = new List<IReadOnlyList<string>>();
        while (_work.TryDequeue(out var needs))
        {
            work.Add(needs);
        }
        return work;
    }

    /// <summary>Notes what a look at the store has shown.</summary>
    internal void HasRoom(int room) => Volatile.Write(ref _room, room);

    internal void Supersede()
    {
        IsSuperseded = true;
        Ring();
    }
}
