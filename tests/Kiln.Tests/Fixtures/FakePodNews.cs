using Kiln.Contracts.Protocol;

namespace Kiln.Tests.Fixtures;

/// <summary>The cluster's side of a heartbeat: what is set here is told, and wakes the one that is held.</summary>
internal sealed class FakePodNews
{
    private readonly Lock _lock = new();
    private readonly List<string> _notices = [];
    private StopOrder? _stop;
    private PodTrouble? _trouble;
    private StopOrder? _toldStop;
    private PodTrouble? _toldTrouble;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Notice(string text) => Change(() => _notices.Add(text));

    public void Stop(StopOrder order) => Change(() => _stop = order);

    public void Trouble(string reason, string message) => Change(() => _trouble = new PodTrouble(reason, message));

    public async Task<HeartbeatReply> HearAsync(HeartbeatRequest heartbeat, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task news;
            lock (_lock)
            {
                news = _news.Task;
                var isNew = _notices.Count > heartbeat.NoticesHeard || _toldStop != _stop || _toldTrouble != _trouble;
                if (isNew)
                {
                    (_toldStop, _toldTrouble) = (_stop, _trouble);
                    return new HeartbeatReply(_stop, _trouble, _notices[heartbeat.NoticesHeard..], HoldSeconds: 10);
                }
            }
            await news.WaitAsync(cancellationToken);
        }
    }

    private void Change(Action change)
    {
        lock (_lock)
        {
            change();
            Interlocked.Exchange(ref _news, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
    }
}
