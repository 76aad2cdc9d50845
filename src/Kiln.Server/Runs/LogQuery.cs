using System.Globalization;
using Kiln.Server.Bodies;
using Kiln.Server.Http;

namespace Kiln.Server.Runs;

/// <summary>Query of a raw log.</summary>
/// <param name="Offset">Bytes to leave out.</param>
/// <param name="Limit">Most bytes to send; <c>null</c> = all.</param>
/// <param name="Tail">Only the last so many bytes of what is there; <c>null</c> = all.</param>
/// <param name="Follow">Stay until the run has ended.</param>
/// <param name="Step">Only the bytes of one step; empty = the whole log.</param>
/// <param name="Attempt">Which attempt; <c>null</c> = the last.</param>
internal sealed record LogQuery(long Offset, long? Limit, long? Tail, bool Follow, string Step, int? Attempt)
{
    /// <summary>Its query parameters.</summary>
    public static ApiParameter[] Parameters { get; } =
    [
        ApiParameter.Number("offset", "Bytes to leave out at the beginning."),
        ApiParameter.Number("limit", "Most bytes to send; absent = all."),
        ApiParameter.Number("tail", "Only the last so many bytes of what is there; not with offset."),
        new("follow", "true: stay until the run has ended and its log is whole.") { Type = "boolean" },
        new("step", "Only the bytes of this step, for example script."),
        ApiParameter.Attempt,
    ];

    /// <summary>Asks for the log to its end, not for a part to be joined with others.</summary>
    public bool IsWhole => Offset == 0 && Limit is null && Step.Length == 0;

    /// <summary>Reads it; what is wrong goes to <paramref name="violations"/>.</summary>
    public static LogQuery Read(IQueryCollection query, Violations violations)
    {
        var (offset, tail) = (Number(query, "offset", violations), Number(query, "tail", violations));
        if (tail is not null && offset is not null)
        {
            violations.Add("tail", "tail counts from the end and offset from the beginning: give one of them.");
        }
        var follow = query["follow"].ToString();
        if (follow is not ("" or "true" or "false" or "1" or "0"))
        {
            violations.Add("follow", $"\"{Quoted.Short(follow)}\" is neither true nor false.");
        }
        return new LogQuery(
            offset ?? 0,
            Number(query, "limit", violations),
            tail,
            follow is "true" or "1",
            query["step"].ToString(),
            (int?)Number(query, "attempt", violations));
    }

    private static long? Number(IQueryCollection query, string name, Violations violations)
    {
        var text = query[name].ToString();
        if (text.Length == 0)
        {
            return null;
        }
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && (name != "attempt" || number <= int.MaxValue))
        {
            return number;
        }
        violations.Add(name, $"\"{Quoted.Short(text)}\" is not a whole number from 0 on.");
        return null;
    }
}
