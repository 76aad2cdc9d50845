using System.Collections.Concurrent;
using System.Text;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;

namespace Kiln.Tests.Fixtures;

/// <summary>What a server keeps of one attempt: events without doubles, the log at its offsets, artifacts.</summary>
internal sealed class FakeAttempt(Lease lease) : IRunServer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Lock _lock = new();
    private readonly List<RunEvent> _events = [];
    private readonly MemoryStream _log = new();
    private long _durable;
    private readonly TaskCompletionSource<RunEvent.Ended> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(Func<string, bool> Holds, TaskCompletionSource Seen)> _waiting = [];

    public Lease Lease { get; } = lease;

    /// <summary>Nobody has reported anything of it.</summary>
    public bool IsUnclaimed => Events.Count == 0 && Log.Length == 0;

    /// <summary>When set, every report is answered as one under an old fence.</summary>
    public bool IsStale { get; set; }

    /// <summary>An order that the next replies carry.</summary>
    public StopOrder? Stop { get; set; }

    /// <summary>Once its log is so long, everything that no report asked to make durable is lost; once.</summary>
    public long? LosesPowerAt { get; set; }

    /// <summary>What a heartbeat is told.</summary>
    public FakePodNews Pod { get; } = new();

    public ConcurrentDictionary<string, byte[]> Artifacts { get; } = [];

    /// <summary>What the next tries to store are answered; then all are stored.</summary>
    public Queue<StoreOutcome> StoreAnswers { get; } = [];

    public Task<RunEvent.Ended> Ended => _ended.Task.WaitAsync(Patience);

    public IReadOnlyList<RunEvent> Events
    {
        get
        {
            lock (_lock)
            {
                return [.. _events];
            }
        }
    }

    public string Log
    {
        get
        {
            lock (_lock)
            {
                return Encoding.UTF8.GetString(_log.ToArray());
            }
        }
    }

    /// <summary>The bytes of one step alone.</summary>
    public string LogOf(string step) => Encoding.UTF8.GetString(BytesOf(step));

    /// <summary>The same, as they came.</summary>
    public byte[] BytesOf(string step)
    {
        var start = Events.OfType<RunEvent.StepStarted>().Single(started => started.Name == step).LogStart;
        var end = Events.OfType<RunEvent.StepEnded>().Single(ended => ended.Name == step).LogEnd;
        lock (_lock)
        {
            return _log.ToArray()[(int)start..(int)end];
        }
    }

    /// <summary>Waits until the log here holds <paramref name="text"/>.</summary>
    public Task LogHolds(string text)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (Encoding.UTF8.GetString(_log.ToArray()).Contains(text))
            {
                return Task.CompletedTask;
            }
            _waiting.Add((log => log.Contains(text), seen));
        }
        return seen.Task.WaitAsync(Patience);
    }

    public Task<ReportOutcome> ReportAsync(
        ReportHead head, ReadOnlyMemory<byte> log, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (IsStale)
            {
                return Task.FromResult<ReportOutcome>(new ReportOutcome.Stale());
            }
            _events.AddRange(head.Events.Where(sent => sent.Seq == _events.Count + 1));
            foreach (var sent in head.Events.Where(sent => sent.Seq > _events.Count))
            {
                _events.Add(sent);
            }
            var known = (int)Math.Min(_log.Length - head.LogOffset, log.Length);
            Assert.True(known >= 0, "a report left a gap in the log");
            _log.Write(log.Span[known..]);
            if (_log.Length >= LosesPowerAt)
            {
                LosesPowerAt = null;
                _log.SetLength(_durable);
            }
            _durable = head.WantsDurable ? _log.Length : _durable;
            var text = Encoding.UTF8.GetString(_log.ToArray());
            _waiting.RemoveAll(waiting => waiting.Holds(text) && waiting.Seen.TrySetResult());
            var end = _events.OfType<RunEvent.Ended>().FirstOrDefault();
            var isOver = end is not null && end.LogEnd == _log.Length;
            if (isOver)
            {
                _ended.TrySetResult(end!);
            }
            return Task.FromResult<ReportOutcome>(
                new ReportOutcome.Accepted(new ReportReply(
                    _events.Count, _log.Length, Stop, isOver, head.WantsDurable ? _durable : null)));
        }
    }

    public async Task<StoreOutcome> StoreAsync(
        RunArtifact artifact, Stream content, CancellationToken cancellationToken)
    {
        if (StoreAnswers.TryDequeue(out var answer))
        {
            return answer;
        }
        using var stored = new MemoryStream();
        await content.CopyToAsync(stored, cancellationToken);
        Artifacts[artifact.Path] = stored.ToArray();
        return new StoreOutcome.Stored(artifact);
    }
}
