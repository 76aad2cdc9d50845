using System.Buffers;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Logs;
using Kiln.Server.Logs.Lines;

namespace Kiln.Server.Runs;

/// <summary>The sections of a run's log.</summary>
internal static class LogSectionsApi
{
    private const int PieceBytes = 64 * 1024;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/openapi/runs/{id:long}/log/sections", GetAsync)
        .Needs(Verb.Read, ProjectOf.Run)
        .Says("listLogSections", RunsApi.Chapter, "List the sections of a run's log", ApiParameter.Attempt)
        .Answers(typeof(LogSectionsAnswer));

    private static async Task<IResult> GetAsync(
        long id, int? attempt, RunStore store, LogStore logs, CancellationToken cancellationToken)
    {
        if (await RunsApi.FindAsync(store, id, attempt, cancellationToken) is not { } run)
        {
            return RunsApi.Missing(id);
        }
        using var reader = logs.Read(new LogKey(id, run.Attempt));
        var sections = await reader.SectionsAsync(cancellationToken) ?? await ScanAsync(reader, cancellationToken);
        var times = await reader.TimesAsync(cancellationToken);
        return TypedResults.Ok(new LogSectionsAnswer(
            [.. sections.Items.Select(section => View(section, times))], sections.IsTruncated, run.State.LogNotice));
    }

    private static async Task<LogSections> ScanAsync(LogReader reader, CancellationToken cancellationToken)
    {
        var scanner = new SectionScanner();
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            int read;
            for (var offset = 0L; (read = await reader.ReadAsync(offset, buffer, cancellationToken)) > 0; offset += read)
            {
                scanner.Feed(buffer.AsSpan(0, read));
            }
            return scanner.Finish();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Where the marks say no time, the arrival of their lines does.
    private static LogSectionView View(LogSection section, LogTimes times) => new(
        section.Name,
        section.Title,
        section.Depth,
        section.IsCollapsed,
        section.StartLine,
        section.EndLine,
        section.LogStart,
        section.LogEnd,
        section.StartedAt > 0 ? section.StartedAt : times.At(section.LogStart) / 1000,
        section.EndedAt > 0 ? section.EndedAt : section.LogEnd > 0 ? times.At(section.LogEnd - 1) / 1000 : 0);
}
