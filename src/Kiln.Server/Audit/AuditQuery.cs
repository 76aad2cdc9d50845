using System.Globalization;
using Kiln.Server.Bodies;
using Kiln.Server.Http;

namespace Kiln.Server.Audit;

/// <summary>Which records; an empty text = all.</summary>
/// <param name="Paging">Which page.</param>
/// <param name="Actor">Name of a token.</param>
/// <param name="ProjectKey">Project.</param>
/// <param name="Outcome"><c>done</c>, <c>refused</c> or empty.</param>
/// <param name="From">Unix seconds, from this one on.</param>
/// <param name="To">Unix seconds, up to this one.</param>
internal sealed record AuditQuery(Paging Paging, string Actor, string ProjectKey, string Outcome, long From, long To)
{
    private const long LastSecond = 253_402_300_799; // the end of the year 9999

    /// <summary>Its query parameters.</summary>
    public static ApiParameter[] Parameters { get; } =
    [
        .. Paging.Parameters,
        new("actor", "Name of a token."),
        new("projectKey", "Only what was about this project."),
        new("outcome", "Only changes, or only refused attempts.") { Words = ["done", "refused"] },
        ApiParameter.Number("from", "Unix seconds, from this one on."),
        ApiParameter.Number("to", "Unix seconds, up to this one."),
    ];

    public static AuditQuery Read(IQueryCollection query, Violations violations)
    {
        var outcome = Queries.Single(query, "outcome", violations);
        if (outcome is not ("" or "done" or "refused"))
        {
            violations.Add("outcome", $"\"{Quoted.Short(outcome)}\" is not known here; use done or refused.");
        }
        return new AuditQuery(
            Paging.Read(query, violations),
            Queries.Single(query, "actor", violations),
            Queries.Single(query, "projectKey", violations),
            outcome,
            Seconds(query, "from", 0, violations),
            Seconds(query, "to", LastSecond, violations));
    }

    private static long Seconds(IQueryCollection query, string name, long absent, Violations violations)
    {
        var text = Queries.Single(query, name, violations);
        if (text.Length == 0)
        {
            return absent;
        }
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= LastSecond)
        {
            return seconds;
        }
        violations.Add(name, $"\"{Quoted.Short(text)}\" is not a time in Unix seconds.");
        return absent;
    }
}
