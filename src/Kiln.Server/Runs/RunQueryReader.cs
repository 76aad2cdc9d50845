using Kiln.Server.Bodies;
using Kiln.Server.Http;

namespace Kiln.Server.Runs;

/// <summary>Reads the filters of a list of runs.</summary>
internal static class RunQueryReader
{
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
