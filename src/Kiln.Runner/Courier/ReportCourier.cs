using System.Buffers;
using System.Threading.Channels;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Runner.Journal;
using Microsoft.Extensions.Logging;

namespace Kiln.Runner.Courier;

/// <summary>How a courier's work ended.</summary>
internal enum CourierEnd
{
    /// <summary>The server has the end of the attempt and the whole log.</summary>
    Delivered,

    /// <summary>The lease is no longer ours.</summary>
    Stale,
}

/// <summary>
/// Carries events and log bytes to the server. One report is on its way at a time; what comes up meanwhile rides in
/// the next, so a quiet run is reported at once and a loud one in large pieces. Nothing is kept in memory but one
/// piece of the log: what is not acknowledged stays in journal and spool, however long the server is away.
/// </summary>
internal sealed partial class ReportCourier(
    LeaseKey lease, IRunServer server, EventJournal journal, Spool spool, ILogger logger)
{
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    // Of a log that comes fast the server is asked to sync so often: each time is a wait for its disk.
    private const long DurableStep = 16 << 20;

    // At its beginning a run has several things to say within a few milliseconds: they share one report, and one commit.
    private static readonly TimeSpan FirstCompany = TimeSpan.FromMilliseconds(10);

    private long _seq;
    private long _offset;
    private long _durable;
    private bool _asksDurable;
    private volatile bool _needsRoom;
    private bool _isPositionKnown;

    /// <summary>Told when the server wants the attempt stopped; again with every reply that says so.</summary>
    public required Action<StopOrder> StopOrdered { private get; init; }

    /// <summary>Told the length of the log that the server has made durable.</summary>
    public Action<long> MadeDurable { private get; set; } = static _ => { };

    /// <summary>The spool has reached its bound: what the server has is to be made durable there, so that it can be freed here.</summary>
    public bool NeedsRoom
    {
        set => _needsRoom = value;
    }

    /// <summary>There is something new. Costs nothing when the courier is busy.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>Reports until the attempt's end is delivered or the lease is stale.</summary>
    /// <param name="isAdopted">True when an earlier runner has reported under this lease: what the server has is asked
    /// first.</param>
    /// <param name="clock">For the pauses while the server is away.</param>
    /// <param name="cancellationToken">Ends the work; everything stays on disk for the next runner.</param>
    public async Task<CourierEnd> RunAsync(bool isAdopted, TimeProvider clock, CancellationToken cancellationToken)
    {
        _isPositionKnown = !isAdopted;
        var backoff = new Backoff(clock);
        if (!isAdopted)
        {
            await _wake.Reader.ReadAsync(cancellationToken);
            await Task.Delay(FirstCompany, clock, cancellationToken);
        }
        while (true)
        {
            if (!HasNews() && !await WaitForNewsAsync(backoff, cancellationToken))
            {
                continue;
            }
            switch (await SendAsync(cancellationToken))
            {
                case ReportOutcome.Accepted { Reply.Ended: true } accepted:
                    Advance(accepted.Reply);
                    return CourierEnd.Delivered;
                case ReportOutcome.Accepted accepted:
                    backoff.Reset();
                    Advance(accepted.Reply);
                    break;
                case ReportOutcome.Stale:
                    return CourierEnd.Stale;
                case ReportOutcome.Unreachable unreachable:
                    Log.ServerUnreachable(logger, lease.RunId, unreachable.Message);
                    await backoff.WaitAsync(cancellationToken);
                    break;
            }
        }
    }

    /// <summary>True when there is nothing new to wait for: all was sent, and the server has yet to say that it is the
    /// end; then it is asked again.</summary>
    private async Task<bool> WaitForNewsAsync(Backoff backoff, CancellationToken cancellationToken)
    {
        if (journal.IsOver)
        {
            await backoff.WaitAsync(cancellationToken);
            return true;
        }
        await _wake.Reader.ReadAsync(cancellationToken);
        return false;
    }

    private bool HasNews() => !_isPositionKnown || spool.Length > _offset || WaitsForRoom || journal.After(_seq).Count > 0;

    private bool WaitsForRoom => _needsRoom && _offset > _durable;

    private async Task<ReportOutcome> SendAsync(CancellationToken cancellationToken)
    {
        if (!_isPositionKnown)
        {
            return await server.ReportAsync(new ReportHead(lease, [], 0), default, cancellationToken);
        }
        // Events before the length: what they say of the log is in it by then.
        var events = journal.After(_seq);
        var piece = (int)Math.Clamp(spool.Length - _offset, 0, ReportFrameCodec.MaxLogBytes);
        var buffer = ArrayPool<byte>.Shared.Rent(piece);
        try
        {
            var read = spool.Read(_offset, buffer.AsSpan(0, piece));
            _asksDurable = WaitsForRoom || _offset + read - _durable >= DurableStep;
            var head = new ReportHead(lease, WithoutEarlyEnd(events, _offset + read), _offset, _asksDurable);
            return await server.ReportAsync(head, buffer.AsMemory(0, read), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The end is told with the last piece of the log, so that a finished run has a finished log.</summary>
    private static IReadOnlyList<RunEvent> WithoutEarlyEnd(IReadOnlyList<RunEvent> events, long logEnd) =>
        events is [.., RunEvent.Ended ended] && ended.LogEnd > logEnd ? [.. events.SkipLast(1)] : events;

    private void Advance(ReportReply reply)
    {
        _isPositionKnown = true;
        _seq = reply.Seq;
        _offset = reply.LogLength;
        if (_asksDurable)
        {
            // A server of the version before says nothing of it, and means all that it has.
            _durable = reply.LogDurable ?? reply.LogLength;
            MadeDurable(_durable);
        }
        if (reply.Stop is { } stop)
        {
            StopOrdered(stop);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 210, Level = LogLevel.Warning,
            Message = "Run {RunId}: the server cannot be reached, the report will be sent again: {Message}")]
        public static partial void ServerUnreachable(ILogger logger, long runId, string message);
    }
}
