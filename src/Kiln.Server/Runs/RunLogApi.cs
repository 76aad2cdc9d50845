using System.Globalization;
using Kiln.Server.Bodies;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Logs;
using Kiln.Server.Logs.Lines;

namespace Kiln.Server.Runs;

/// <summary>The log of a run: raw, or what a search finds in it.</summary>
internal static class RunLogApi
{
    private const int PieceBytes = 64 * 1024;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/openapi/runs/{id:long}/log", GetAsync).Needs(Verb.Read, ProjectOf.Run)
        .Says("getRunLog", RunsApi.Chapter, "Read the log of a run as it is stored, byte for byte", LogQuery.Parameters)
        .Answers(typeof(string), "text/plain");

    private static async Task<IResult> GetAsync(
        long id,
        RunStore store,
        LogStore logs,
        RunSignals signals,
        HttpContext context,
        CancellationToken cancellationToken)
    {
        var violations = new Violations();
        var query = LogQuery.Read(context.Request.Query, violations);
        if (violations.Any)
        {
            return ApiError.Invalid(violations.Errors);
        }
        using var changes = signals.Follow(id);
        // Taken before the state is read: a change in between wakes the first wait.
        var next = changes.Next;
        if (await RunsApi.FindAsync(store, id, query.Attempt, cancellationToken) is not { } run)
        {
            return RunsApi.Missing(id);
        }
        if (StepBytes.Of(run, query.Step) is not { } bytes)
        {
            return ApiError.NotFound(404, $"Run {id} has no step \"{query.Step}\"; it has "
                + $"{string.Join(", ", run.State.Steps.Select(step => step.Name))}.");
        }

        using var reader = logs.Read(new LogKey(id, run.Attempt));
        var length = await reader.LengthAsync(cancellationToken);
        var window = query.IsByLine
            ? await LineWindow.CutAsync(reader, bytes, length, query, cancellationToken)
            : LogWindow.Cut(bytes.From, bytes.To, query.Offset, query.Limit);
        if (query.Search is { } search)
        {
            return TypedResults.Ok(await SearchAsync(run, reader, search, window, length, cancellationToken));
        }
        var response = context.Response;
        await WriteHeadAsync(response, run, reader, query, window, cancellationToken);
        var stamps = query.Timestamps
            ? new LineStamps(await reader.TimesAsync(cancellationToken), response.BodyWriter)
            : null;
        var position = await CopyAsync(reader, window.Start, window.End, response, stamps, cancellationToken);
        while (query.Follow && !run.State.IsFinal && (window.End is not { } end || position < end))
        {
            await response.BodyWriter.FlushAsync(cancellationToken);
            await next.WaitAsync(cancellationToken);
            next = changes.Next;
            run = (await store.GetAsync(id, run.Attempt, cancellationToken))!;
            window = window with { End = Narrower(window.End, StepBytes.Of(run, query.Step)?.To) };
            position = await CopyAsync(reader, position, window.End, response, stamps, cancellationToken);
        }
        if ((query.IsWhole || run.State.LogNotice.Length > 0) && LogMark.Of(run.State) is { } mark)
        {
            await response.WriteAsync(mark, cancellationToken);
        }
        return Results.Empty;
    }

    private static async Task WriteHeadAsync(
        HttpResponse response,
        RunRecord run,
        LogReader reader,
        LogQuery query,
        LogWindow window,
        CancellationToken cancellationToken)
    {
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers["X-Log-Offset"] = window.Start.ToString(CultureInfo.InvariantCulture);
        response.Headers.CacheControl = "no-store";
        if (query.IsByLine)
        {
            var line = await LogLines.EndsBeforeAsync(reader, window.Start, cancellationToken) + 1;
            response.Headers["X-Log-Line"] = line.ToString(CultureInfo.InvariantCulture);
        }
        if (run.State.IsFinal)
        {
            response.Headers[run.State.LogNotice.Length > 0 ? "X-Log-Removed" : "X-Log-Complete"] = "true";
        }
    }

    private static async Task<LogSearchAnswer> SearchAsync(
        RunRecord run,
        LogReader reader,
        LogSearchQuery search,
        LogWindow window,
        long length,
        CancellationToken cancellationToken)
    {
        var end = Math.Min(window.End ?? length, length);
        var found = await LogSearch.RunAsync(reader, search, Math.Min(window.Start, end), end, cancellationToken);
        var times = found.Matches.Count == 0 ? LogTimes.Unknown : await reader.TimesAsync(cancellationToken);
        return new LogSearchAnswer(
            search.Text,
            [
                .. found.Matches.Select(match => new LogMatchView(
                    match.Line, match.Offset, times.At(match.Offset), match.Text, match.Before, match.After)),
            ],
            found.NextLine,
            run.State.LogNotice);
    }

    /// <summary>Sends what is there between two offsets; where it came to.</summary>
    private static async Task<long> CopyAsync(
        LogReader reader,
        long position,
        long? end,
        HttpResponse response,
        LineStamps? stamps,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var most = end is { } last ? (int)Math.Clamp(last - position, 0, PieceBytes) : PieceBytes;
            var read = most == 0
                ? 0
                : stamps is not null
                    ? await stamps.WriteAsync(reader, position, most, cancellationToken)
                    : await reader.ReadAsync(position, response.BodyWriter.GetMemory(PieceBytes)[..most], cancellationToken);
            if (read == 0)
            {
                return position;
            }
            if (stamps is null)
            {
                response.BodyWriter.Advance(read);
            }
            // Waits for a reader that is slower than the disk; one that does not read at all is cut off by Kestrel's
            // minimum data rate.
            await response.BodyWriter.FlushAsync(cancellationToken);
            position += read;
        }
    }

    private static long? Narrower(long? a, long? b) => a is null ? b : b is null ? a : Math.Min(a.Value, b.Value);
}
