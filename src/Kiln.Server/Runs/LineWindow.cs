using Kiln.Server.Logs;
using Kiln.Server.Logs.Lines;

namespace Kiln.Server.Runs;

/// <summary>Cuts a window of whole lines from a log, or from one step of it.</summary>
internal static class LineWindow
{
    /// <summary>
    /// Lines are counted within <paramref name="bytes"/>: its first line is line 1, also where it begins in the middle of one.
    /// </summary>
    public static async Task<LogWindow> CutAsync(
        LogReader log, StepBytes bytes, long length, LogQuery query, CancellationToken cancellationToken)
    {
        var there = Math.Max(bytes.From, Math.Min(bytes.To ?? length, length));
        if (query.Tail is { } tail)
        {
            var last = await LogLines.LastAsync(log, bytes.From, there, tail, cancellationToken);
            return Held(new LogWindow(last, bytes.To), query.Limit);
        }
        var before = await LogLines.EndsBeforeAsync(log, bytes.From, cancellationToken);
        var skipped = (query.FromLine ?? 1) - 1;
        var start = skipped == 0
            ? bytes.From
            : await BehindAsync(log, before, skipped, there, cancellationToken);
        var end = bytes.To;
        if (query.Lines is { } lines)
        {
            end = lines == 0 ? start : await BehindAsync(log, before, skipped + lines, there, cancellationToken);
        }
        return Held(new LogWindow(start, end), query.Limit);
    }

    // A log with fewer lines has nothing behind its end.
    private static async ValueTask<long> BehindAsync(
        LogReader log, long before, long lines, long there, CancellationToken cancellationToken) =>
        lines > long.MaxValue - before
            ? there
            : Math.Min(there, await LogLines.BehindAsync(log, before + lines, there, cancellationToken) ?? there);

    private static LogWindow Held(LogWindow window, long? limit) =>
        limit is { } most && most <= long.MaxValue - window.Start
            ? window with { End = Math.Min(window.End ?? long.MaxValue, window.Start + most) }
            : window;
}
