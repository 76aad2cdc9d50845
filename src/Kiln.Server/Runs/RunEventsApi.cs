using System.Globalization;
using Kiln.Contracts;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Logs;
using Kiln.Server.Queue;

namespace Kiln.Server.Runs;

/// <summary>A run as a stream of server-sent events: <c>status</c>, <c>log</c>, <c>ping</c>, and <c>end</c> last.</summary>
internal static class RunEventsApi
{
    private static readonly TimeSpan PingPeriod = TimeSpan.FromSeconds(15);

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/openapi/runs/{id:long}/events", GetAsync).Needs(Verb.Read, ProjectOf.Run)
        .Says("followRun", RunsApi.Chapter, "Follow a run as server-sent events: status, log, ping, and end last", ApiParameter.Attempt,
            ApiParameter.Header("Last-Event-ID", "Log offset to go on from, as the last id that was seen."))
        .Answers(typeof(string), "text/event-stream");

    private static async Task<IResult> GetAsync(
        long id,
        int? attempt,
        HttpContext context,
        RunStore store,
        LogStore logs,
        RunFollowing following,
        CancellationToken cancellationToken)
    {
        if (await RunsApi.FindAsync(store, id, attempt, cancellationToken) is not { } run)
        {
            return RunsApi.Missing(id);
        }
        var stream = new EventStream(context.Response);
        using var changes = following.Signals.Follow(id);
        using var reader = logs.Read(new LogKey(id, run.Attempt));
        var log = new LogEvents(reader, ResumeAt(context.Request));
        byte[] shown = [];
        while (true)
        {
            // Taken before the state is read: a change in between is not missed.
            var next = changes.Next;
            run = (await store.GetAsync(id, run.Attempt, cancellationToken))!;
            var view = await following.Waiting.ViewAsync(run, cancellationToken);
            // Views are compared by their text: records with lists in them are never equal.
            var status = EventStream.Text(view, KilnJson.Default.RunView);
            if (!status.AsSpan().SequenceEqual(shown))
            {
                stream.Write("status", null, status);
                shown = status;
            }
            while (await log.NextAsync(isComplete: run.State.IsFinal, cancellationToken) is { } piece)
            {
                stream.Write("log", piece.NextOffset, piece, RunAnswersJson.Default.LogEvent);
                await stream.FlushAsync(cancellationToken);
            }
            if (LogMark.Of(run.State) is { } mark)
            {
                stream.Write(
                    "log", log.Offset, new LogEvent(log.Offset, log.Offset, mark), RunAnswersJson.Default.LogEvent);
            }
            if (run.State.IsFinal)
            {
                stream.Write("end", null, status);
                await stream.FlushAsync(cancellationToken);
                return Results.Empty;
            }
            await stream.FlushAsync(cancellationToken);
            while (!await ChangedAsync(next, following.Time, cancellationToken))
            {
                stream.Ping();
                await stream.FlushAsync(cancellationToken);
            }
        }
    }

    private static async Task<bool> ChangedAsync(Task next, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await next.WaitAsync(PingPeriod, time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static long ResumeAt(HttpRequest request) => long.TryParse(
        request.Headers["Last-Event-ID"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? offset
            : 0;
}

/// <summary>What following a run takes.</summary>
public sealed record RunFollowing(RunSignals Signals, Waiting Waiting, TimeProvider Time);
