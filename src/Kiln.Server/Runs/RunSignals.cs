using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Kiln.Server.Runs;

/// <summary>
/// Tells followers in this process that something about a run is new: state or log. A signal carries no data; whoever
/// hears it reads the store. Signals of other servers come in through the methods with <c>Elsewhere</c>.
/// </summary>
public sealed class RunSignals
{
    private readonly ConcurrentDictionary<long, Subscription> _followed = new();
    private readonly Channel<bool> _commitsWanted = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Tells other servers of a run that changed through this one.</summary>
    public Action<long> TellChanged { private get; set; } = static _ => { };

    /// <summary>Tells other servers that a run of this one waits for its commits.</summary>
    public Action TellCommitsWanted { private get; set; } = static () => { };

    /// <summary>Follows a run until the result is disposed.</summary>
    public Subscription Follow(long runId)
    {
        while (true)
        {
            var subscription = _followed.GetOrAdd(runId, id => new Subscription(this, id));
            if (subscription.TryJoin())
            {
                return subscription;
            }
        }
    }

    /// <summary>Wakes those who follow the run. Called after the commit.</summary>
    public void Changed(long runId)
    {
        ChangedElsewhere(runId);
        TellChanged(runId);
    }

    /// <summary>Wakes those who follow the run, which another server changed.</summary>
    public void ChangedElsewhere(long runId)
    {
        if (_followed.TryGetValue(runId, out var subscription))
        {
            subscription.Pulse();
        }
    }

    /// <summary>Wakes all followers: what another server changed may have been missed.</summary>
    public void AnyChangedElsewhere()
    {
        foreach (var (_, subscription) in _followed)
        {
            subscription.Pulse();
        }
    }

    /// <summary>A run waits for its commits.</summary>
    public void CommitsWanted()
    {
        CommitsMayBeWanted();
        TellCommitsWanted();
    }

    /// <summary>Makes this server look for runs that wait for their commits.</summary>
    public void CommitsMayBeWanted() => _commitsWanted.Writer.TryWrite(true);

    /// <summary>Waits until <see cref="CommitsWanted"/> was called since the last time.</summary>
    public async Task WaitForCommitsWantedAsync(CancellationToken cancellationToken) =>
        await _commitsWanted.Reader.ReadAsync(cancellationToken);

    /// <summary>The followers of one run share it.</summary>
    public sealed class Subscription(RunSignals owner, long runId) : IDisposable
    {
        private readonly Lock _gate = new();
        private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _followers;
        private bool _closed;

        /// <summary>Completes with the next change. Take it, then read the store, then await it: nothing is missed.</summary>
        public Task Next
        {
            get
            {
                lock (_gate)
                {
                    return _next.Task;
                }
            }
        }

        public void Dispose()
        {
            lock (_gate)
            {
                if (--_followers > 0)
                {
                    return;
                }
                _closed = true;
            }
            owner._followed.TryRemove(new KeyValuePair<long, Subscription>(runId, this));
        }

        internal bool TryJoin()
        {
            lock (_gate)
            {
                if (_closed)
                {
                    return false;
                }
                _followers++;
                return true;
            }
        }

        internal void Pulse()
        {
            TaskCompletionSource reached;
            lock (_gate)
            {
                reached = _next;
                _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            reached.SetResult();
        }
    }
}
