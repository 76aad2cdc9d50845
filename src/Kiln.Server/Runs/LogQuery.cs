using System.Globalization;
using Kiln.Server.Bodies;
using Kiln.Server.Http;
using Kiln.Server.Logs.Lines;

namespace Kiln.Server.Runs;

/// <summary>Query of a log.</summary>
/// <param name="Offset">Bytes to leave out.</param>
/// <param name="Limit">Most bytes to send; <c>null</c> = all.</param>
/// <param name="Tail">Only the last so many lines of what is there; <c>null</c> = all.</param>
/// <param name="FromLine">First line, from 1; <c>null</c> = the first one.</param>
/// <param name="Lines">Most lines; <c>null</c> = all.</param>
/// <param name="Follow">Stay until the run has ended.</param>
/// <param name="Timestamps">Put in front of each line when it arrived.</param>
/// <param name="Step">Only the bytes of one step; empty = the whole log.</param>
/// <param name="Attempt">Which attempt; <c>null</c> = the last.</param>
/// <param name="Search">Answer with the lines that hold a text; <c>null</c> = with the log.</param>
internal sealed record LogQuery(
    long Offset,
    long? Limit,
    long? Tail,
    long? FromLine,
    long? Lines,
    bool Follow,
    bool Timestamps,
    string Step,
    int? Attempt,
    LogSearchQuery? Search)
{
    /// <summary>Its query parameters.</summary>
    public static ApiParameter[] Parameters { get; } =
    [
        ApiParameter.Number("offset", "Bytes to leave out at the beginning."),
        ApiParameter.Number("limit", "Most bytes to send, of a search most matches; absent = all, of a search 100."),
        ApiParameter.Number("tail", "Only the last so many lines of what is there; not with offset."),
        ApiParameter.Number("from_line", "First line, from 1."),
        ApiParameter.Number("lines", "Most lines; absent = all."),
        new("follow", "true: stay until the run has ended and its log is whole.") { Type = "boolean" },
        new("timestamps", "true: put in front of each line when it arrived.") { Type = "boolean" },
        new("step", "Only the bytes of this step, for example script."),
        ApiParameter.Attempt,
        new("search", "Answer with the lines that hold this text, instead of with the log."),
        new("ignore_case", "true: search without regard to case.") { Type = "boolean" },
        ApiParameter.Number("context", "Lines to show before and after each match, at most 50."),
    ];

    private const int MostContext = 50;
    private const int MostMatches = 1000;
    private const int LongestText = 1000;

    // What cannot be asked for together, with the one to be told.
    private static readonly (string Name, string Other, string Why)[] Exclusions =
    [
        ("tail", "offset", "tail counts from the end and offset from the beginning: give one of them."),
        ("tail", "from_line", "tail counts from the end and from_line from the beginning: give one of them."),
        ("tail", "lines", "tail says itself how many lines."),
        ("from_line", "offset", "from_line counts lines and offset bytes: give one of them."),
        ("lines", "offset", "lines counts lines and offset bytes: give one of them."),
        ("lines", "follow", "A log that is followed has no last line: leave lines out."),
        ("timestamps", "follow", "Times are shown of what is there; ask again for more, with from_line."),
        ("search", "follow", "What is there is searched; ask again for more, with from_line."),
        ("search", "offset", "A search begins at a line: give from_line."),
        ("search", "tail", "A search begins at a line: give from_line."),
        ("search", "timestamps", "Every match of a search has its time."),
    ];

    /// <summary>Asks for the log to its end, not for a part to be joined with others.</summary>
    public bool IsWhole => Offset == 0 && Limit is null && Lines is null && Step.Length == 0;

    /// <summary>Counts in lines.</summary>
    public bool IsByLine => Tail is not null || FromLine is not null || Lines is not null;

    /// <summary>Reads it; what is wrong goes to <paramref name="violations"/>.</summary>
    public static LogQuery Read(IQueryCollection query, Violations violations)
    {
        foreach (var (name, other, why) in Exclusions)
        {
            if (IsAsked(query, name) && IsAsked(query, other))
            {
                violations.Add(name, why);
            }
        }
        var fromLine = Number(query, "from_line", violations);
        if (fromLine == 0)
        {
            violations.Add("from_line", "Lines are counted from 1.");
        }
        return new LogQuery(
            Number(query, "offset", violations) ?? 0,
            IsAsked(query, "search") ? null : Number(query, "limit", violations),
            Number(query, "tail", violations),
            fromLine,
            Number(query, "lines", violations),
            Flag(query, "follow", violations),
            Flag(query, "timestamps", violations),
            query["step"].ToString(),
            (int?)Number(query, "attempt", violations, int.MaxValue),
            ReadSearch(query, violations));
    }

    private static LogSearchQuery? ReadSearch(IQueryCollection query, Violations violations)
    {
        var text = query["search"].ToString();
        if (!IsAsked(query, "search"))
        {
            if (query.ContainsKey("search"))
            {
                violations.Add("search", "Is the text to look for, and not empty.");
            }
            return null;
        }
        if (text.Length > LongestText || text.Contains('\n', StringComparison.Ordinal))
        {
            violations.Add("search", $"Is a part of one line, of at most {LongestText} characters.");
        }
        return new LogSearchQuery(
            text,
            Flag(query, "ignore_case", violations),
            (int)Math.Min(Number(query, "context", violations) ?? 0, MostContext),
            (int)Math.Clamp(Number(query, "limit", violations) ?? 100, 1, MostMatches));
    }

    private static bool IsAsked(IQueryCollection query, string name) => query[name].ToString() is { Length: > 0 } text
        && (name is not ("follow" or "timestamps") || text is not ("false" or "0"));

    private static bool Flag(IQueryCollection query, string name, Violations violations)
    {
        var text = query[name].ToString();
        if (text is not ("" or "true" or "false" or "1" or "0"))
        {
            violations.Add(name, $"\"{Quoted.Short(text)}\" is neither true nor false.");
        }
        return text is "true" or "1";
    }

    private static long? Number(IQueryCollection query, string name, Violations violations, long most = long.MaxValue)
    {
        var text = query[name].ToString();
        if (text.Length == 0)
        {
            return null;
        }
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most)
        {
            return number;
        }
        violations.Add(name, $"\"{Quoted.Short(text)}\" is not a whole number from 0 on.");
        return null;
    }
}
