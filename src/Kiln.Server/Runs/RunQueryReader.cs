using Kiln.Server.Bodies;
using Kiln.Server.Http;

namespace Kiln.Server.Runs;

/// <summary>Reads the filters of a list of runs.</summary>
internal static class RunQueryReader
{
    /// <summary>Its query parameters, but the next.</summary>
    public static ApiParameter[] Parameters { get; } =
    [
        .. Paging.Parameters,
        new("service_name", "Only runs for this service."),
        new("status", "Only runs that stand so.") { Words = Words.All },
    ];

    /// <summary>Where the address names no build.</summary>
    public static ApiParameter BuildName { get; } = new("build_name", "Only runs of this build.");

    public static RunQuery Read(IQueryCollection query, string buildName, Violations violations)
    {
        var paging = Paging.Read(query, violations);
        var status = query["status"].ToString();
        if (status.Length > 0 && !Words.All.Contains(status))
        {
            violations.Add("status", $"\"{Quoted.Short(status)}\" is not a status: {string.Join(", ", Words.All)}.");
        }
        return new RunQuery(
            paging.Page,
            paging.PageSize,
            query["projectKey"].ToString(),
            buildName.Length > 0 ? buildName : query["build_name"].ToString(),
            query["service_name"].ToString(),
            status);
    }
}
