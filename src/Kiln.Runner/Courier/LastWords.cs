using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Runner.Journal;

namespace Kiln.Runner.Courier;

/// <summary>
/// Tells the end of an attempt from memory, where the host's disk takes no journal any more or has lost a part of it: asks what the server has, brings
/// the rest of the spool and then the verdict. Repeated from the beginning it changes nothing.
/// </summary>
internal sealed class LastWords(LeaseKey lease, IRunServer server, Spool spool)
{
    /// <summary>Tells it; returns once the server has it, or has given the lease to another.</summary>
    /// <param name="verdict">The end.</param>
    /// <param name="clock">For the pauses while the server is away, and the time of the end.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task TellAsync(Verdict verdict, TimeProvider clock, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(clock);
        spool.Measure();
        ReportReply? known = null;
        while (true)
        {
            switch (await SendAsync(known, verdict, clock, cancellationToken))
            {
                case ReportOutcome.Stale or ReportOutcome.Accepted { Reply.Ended: true }:
                    return;
                case ReportOutcome.Accepted accepted:
                    known = accepted.Reply;
                    break;
                default:
                    await backoff.WaitAsync(cancellationToken);
                    break;
            }
        }
    }

    private Task<ReportOutcome> SendAsync(
        ReportReply? known, Verdict verdict, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (known is null)
        {
            return server.ReportAsync(new ReportHead(lease, [], LogOffset: 0), default, cancellationToken);
        }
        var piece = new byte[Math.Clamp(spool.Length - known.LogLength, 0, ReportFrameCodec.MaxLogBytes)];
        var read = spool.Read(known.LogLength, piece);
        var end = known.LogLength + read;
        var isLast = read < piece.Length || end >= spool.Length;
        var ended = new RunEvent.Ended(verdict.Status, verdict.Reason, verdict.Message, verdict.ExitCode, end)
        {
            Seq = known.Seq + 1,
            AtMs = clock.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        return server.ReportAsync(
            new ReportHead(lease, isLast ? [ended] : [], known.LogLength), piece.AsMemory(0, read), cancellationToken);
    }
}
