namespace Kiln.Server.Logs;

/// <summary>The part of a log that a reader asks for.</summary>
/// <param name="Start">First byte.</param>
/// <param name="End">Behind the last byte; <c>null</c> = as far as the log goes.</param>
public sealed record LogWindow(long Start, long? End)
{
    /// <summary>Cuts a window from a log (or from one step of it).</summary>
    /// <param name="from">Where the log or step begins.</param>
    /// <param name="to">Where it ends; <c>null</c> = it still grows.</param>
    /// <param name="offset">Bytes to leave out from its beginning.</param>
    /// <param name="limit">Most bytes to send.</param>
    public static LogWindow Cut(long from, long? to, long offset, long? limit)
    {
        var start = offset > long.MaxValue - from ? long.MaxValue : from + offset;
        var end = to;
        if (limit is { } most && most <= long.MaxValue - start)
        {
            end = Math.Min(end ?? long.MaxValue, start + most);
        }
        return new LogWindow(start, end);
    }
}
