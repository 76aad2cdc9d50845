using System.Globalization;
using Kiln.Server.Bodies;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Logs;
using Kiln.Server.Runs.State;

namespace Kiln.Server.Runs;

/// <summary>The raw log of a run.</summary>
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
        if (Section(run, query.Step) is not { } section)
        {
            return ApiError.NotFound(404, $"Run {id} has no step \"{query.Step}\"; it has "
                + $"{string.Join(", ", run.State.Steps.Select(step => step.Name))}.");
        }

        using var reader = logs.Read(new LogKey(id, run.Attempt));
        var length = await reader.LengthAsync(cancellationToken);
        var window = LogWindow.Cut(section.From, section.To, length, query.Offset, query.Limit, query.Tail);
        var response = context.Response;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers["X-Log-Offset"] = window.Start.ToString(CultureInfo.InvariantCulture);
        response.Headers.CacheControl = "no-store";
        if (run.State.IsFinal)
        {
            response.Headers["X-Log-Complete"] = "true";
        }
        var position = await CopyAsync(reader, window.Start, window.End, response, cancellationToken);
        while (query.Follow && !run.State.IsFinal && (window.End is not { } end || position < end))
        {
            await response.BodyWriter.FlushAsync(cancellationToken);
            await next.WaitAsync(cancellationToken);
            next = changes.Next;
            run = (await store.GetAsync(id, run.Attempt, cancellationToken))!;
            window = window with { End = Narrower(window.End, Section(run, query.Step)?.To) };
            position = await CopyAsync(reader, position, window.End, response, cancellationToken);
        }
        if (query.IsWhole && LogMark.Of(run.State) is { } mark)
        {
            await response.WriteAsync(mark, cancellationToken);
        }
        return Results.Empty;
    }

    /// <summary>Sends what is there between two offsets; where it came to.</summary>
    private static async Task<long> CopyAsync(
        LogReader reader, long position, long? end, HttpResponse response, CancellationToken cancellationToken)
    {
        while (true)
        {
            var most = end is { } last ? (int)Math.Clamp(last - position, 0, PieceBytes) : PieceBytes;
            var read = most == 0
                ? 0
                : await reader.ReadAsync(position, response.BodyWriter.GetMemory(PieceBytes)[..most], cancellationToken);
            if (read == 0)
            {
                return position;
            }
            response.BodyWriter.Advance(read);
            // Waits for a reader that is slower than the disk; one that does not read at all is cut off by Kestrel's
            // minimum data rate.
            await response.BodyWriter.FlushAsync(cancellationToken);
            position += read;
        }
    }

    private static LogSection? Section(RunRecord run, string step)
    {
        if (step.Length == 0)
        {
            return new LogSection(0, run.State.LogLength);
        }
        foreach (var candidate in run.State.Steps)
        {
            if (candidate.Name == step)
            {
                return Section(candidate);
            }
        }
        return null;
    }

    private static LogSection Section(StepState step) => step.EndedAt > 0
        ? new LogSection(step.LogStart, Math.Max(step.LogStart, step.LogEnd))
        : step.StartedAt > 0
            ? new LogSection(step.LogStart, null)
            : new LogSection(0, 0);

    private static long? Narrower(long? a, long? b) => a is null ? b : b is null ? a : Math.Min(a.Value, b.Value);

    private sealed record LogSection(long From, long? To);
}
