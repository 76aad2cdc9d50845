using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Logs;
using Kiln.Server.Runs;
using Kiln.Server.Telemetry;

namespace Kiln.Server.Queue;

/// <summary>
/// Takes reports of runners. Log bytes go to the log first and events to the database after it, so an end is stored only
/// when its whole log is durable.
/// </summary>
public sealed class RunReports(
    ReportStore store, LogStore logs, RunSignals signals, QueueBells bells, Hearing hearing, RunMeasures measures)
{
    /// <summary>Takes a report; <c>null</c> = the lease is stale. Repeating it changes nothing.</summary>
    public async Task<ReportReply?> TakeAsync(ReportFrame report, CancellationToken cancellationToken)
    {
        var key = report.Head.Key;
        if (await store.FindAsync(key, cancellationToken) is not { } attempt || !attempt.Accepts(key))
        {
            return null;
        }
        hearing.Heard(attempt);
        var log = new LogKey(key.RunId, key.Attempt);
        if (attempt.IsEnded)
        {
            return new ReportReply(attempt.State.Seq, await logs.LengthAsync(log, cancellationToken), Stop: null, Ended: true);
        }

        var length = await logs.AppendAsync(log, report.Head.LogOffset, report.Log, cancellationToken);
        if (report.Head.WantsDurable)
        {
            await logs.SyncAsync(log, cancellationToken);
        }
        measures.LogTaken(report.Log.Length);
        var events = Takeable(report.Head.Events, attempt.State.Seq, length);
        if (events.Count > 0 && events[^1] is RunEvent.Ended)
        {
            await logs.SealAsync(log, cancellationToken);
        }
        if (events.Count > 0 || attempt.Lease is not { IsReported: true, IsSilent: false })
        {
            if (await store.TakeAsync(key, events, cancellationToken) is not { } taken)
            {
                return null;
            }
            measures.Changed(key, attempt.State, taken.State);
            attempt = taken;
        }
        signals.Changed(key.RunId);
        if (attempt.State.IsFinal)
        {
            bells.Ring(attempt.AgentId);
        }
        return new ReportReply(
            attempt.State.Seq, length, attempt.State.IsFinal ? null : attempt.Lease?.Stop, attempt.State.IsFinal,
            report.Head.WantsDurable ? length : null);
    }

    /// <summary>
    /// The events that are new and whose time has come: an end waits until all of its log is there, and the runner sends it
    /// again because the reply's <see cref="ReportReply.Seq"/> stays behind it.
    /// </summary>
    private static List<RunEvent> Takeable(IReadOnlyList<RunEvent> events, long known, long logLength)
    {
        var takeable = new List<RunEvent>(events.Count);
        foreach (var happened in events)
        {
            if (happened is RunEvent.Ended ended && ended.LogEnd > logLength)
            {
                break;
            }
            if (happened.Seq == known + 1)
            {
                takeable.Add(happened);
                known++;
            }
        }
        return takeable;
    }
}
