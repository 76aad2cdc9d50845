using Kiln.Server.Storage;

namespace Kiln.Server.Queue;

/// <summary>
/// Holds runs to the limits of their build and project. It decides when an entry comes and when one goes, so a lease counts
/// nothing: an entry that is over a limit is <c>held</c>, and the best of the held ones takes a place that becomes free.
/// </summary>
internal static class Admission
{
    private const string ByBuild = "build";
    private const string ByProject = "project";

    private const string NextOfBuild = """
        select run_id, build_limit, project_limit from queue
        where project_key = @1 and build_name = @2 and held = 'build' order by priority desc, fair, run_id limit 1
        """;

    private const string NextOfProject = """
        select run_id, build_limit, project_limit from queue
        where project_key = @1 and held = 'project' order by priority desc, fair, run_id limit 1
        """;

    // What waits without being held, worst first: it gives way to an entry of a higher priority.
    private const string LastOfBuild = """
        select run_id, build_limit, project_limit from queue
        where project_key = @1 and build_name = @2 and held <> 'build' and agent_id = '' and priority < @3
        order by priority, fair desc, run_id desc limit 1
        """;

    private const string LastOfProject = """
        select run_id, build_limit, project_limit from queue
        where project_key = @1 and held = '' and agent_id = '' and priority < @2
        order by priority, fair desc, run_id desc limit 1
        """;

    /// <summary>How a new entry begins.</summary>
    public static string HeldAtFirst(QueueEntry entry) =>
        entry.BuildLimit > 0 ? ByBuild : entry.ProjectLimit > 0 ? ByProject : "";

    /// <summary>Lets a new entry, or better ones, through the gates that are open.</summary>
    public static async ValueTask EnterAsync(SqlSession session, QueueEntry entry)
    {
        if (entry.BuildLimit == 0 && entry.ProjectLimit == 0)
        {
            return;
        }
        if (entry.BuildLimit > 0 && await InBuildAsync(session, entry.ProjectKey, entry.BuildName) >= entry.BuildLimit
            && await session.FindAsync(LastOfBuild, Map, entry.ProjectKey, entry.BuildName, entry.Priority) is { } slower)
        {
            await HoldAsync(session, slower.RunId, ByBuild);
        }
        await PassBuildAsync(session, entry.ProjectKey, entry.BuildName);
        if (entry.ProjectLimit > 0 && await InProjectAsync(session, entry.ProjectKey) >= entry.ProjectLimit
            && await session.FindAsync(LastOfProject, Map, entry.ProjectKey, entry.Priority) is { } other)
        {
            await HoldAsync(session, other.RunId, ByProject);
        }
        await PassProjectAsync(session, entry.ProjectKey);
    }

    /// <summary>Fills the places of an entry that has gone; whether another may be leased because of it.</summary>
    public static async ValueTask<bool> LeftAsync(SqlSession session, string projectKey, string buildName)
    {
        var passed = await PassBuildAsync(session, projectKey, buildName);
        return await PassProjectAsync(session, projectKey) | passed;
    }

    /// <summary>Looks at all that is held: a run that began before its build had a limit frees a place without a word.</summary>
    public static async ValueTask<bool> LookAsync(SqlSession session)
    {
        var any = false;
        foreach (var (project, build) in await session.QueryAsync(
            "select distinct project_key, build_name from queue where held <> ''",
            static row => (row.GetString(0), row.GetString(1))))
        {
            any |= await LeftAsync(session, project, build);
        }
        return any;
    }

    private static async ValueTask<bool> PassBuildAsync(SqlSession session, string projectKey, string buildName)
    {
        var any = false;
        while (await session.FindAsync(NextOfBuild, Map, projectKey, buildName) is { } next
            && await InBuildAsync(session, projectKey, buildName) < next.BuildLimit)
        {
            await HoldAsync(session, next.RunId, next.ProjectLimit > 0 ? ByProject : "");
            any |= next.ProjectLimit == 0;
        }
        return any;
    }

    private static async ValueTask<bool> PassProjectAsync(SqlSession session, string projectKey)
    {
        var any = false;
        while (await session.FindAsync(NextOfProject, Map, projectKey) is { } next
            && await InProjectAsync(session, projectKey) < next.ProjectLimit)
        {
            await HoldAsync(session, next.RunId, "");
            any = true;
        }
        return any;
    }

    private static async ValueTask<long> InBuildAsync(SqlSession session, string projectKey, string buildName) =>
        await session.NumberAsync(
            "select count(*) from queue where project_key = @1 and build_name = @2 and held <> 'build'", projectKey, buildName) ?? 0;

    private static async ValueTask<long> InProjectAsync(SqlSession session, string projectKey) =>
        await session.NumberAsync("select count(*) from queue where project_key = @1 and held = ''", projectKey) ?? 0;

    private static ValueTask<int> HoldAsync(SqlSession session, long runId, string held) =>
        session.ExecuteAsync("update queue set held = @2 where run_id = @1", runId, held);

    private static HeldEntry Map(SqlRow row) => new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2));

    private sealed record HeldEntry(long RunId, long BuildLimit, long ProjectLimit);
}
