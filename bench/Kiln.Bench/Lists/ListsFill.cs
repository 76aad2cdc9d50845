using System.Globalization;
using Kiln.Bench.Worlds;
using Kiln.EndToEnd.Harness;

namespace Kiln.Bench.Lists;

/// <summary>Fills a store beneath a server that is stopped: copies of one real build and of one real run, by the database itself.</summary>
internal static class ListsFill
{
    /// <summary>Services among the runs.</summary>
    public const int Services = 1000;

    public static async Task RunAsync(World world, ListsSize size, string connection, CancellationToken cancellationToken)
    {
        var script = world.Scratch["fill.sql"];
        await File.WriteAllTextAsync(script, Script(size, isSqlite: world.Postgres is null), cancellationToken);
        if (world.Postgres is { } postgres)
        {
            File.SetUnixFileMode(script, (UnixFileMode)0b110_100_100);
            await postgres.LoadAsync(connection, script);
            return;
        }
        await using var sqlite = RunningProgram.Start(
            "/bin/sh", ["-c", $"sqlite3 '{Path.Combine(world.Server.DataDirectory, "kiln.db")}' < '{script}'"], "/");
        if (await sqlite.ExitAsync(cancellationToken) != 0)
        {
            throw new InvalidOperationException($"sqlite3 could not fill the store: {sqlite.Errors}");
        }
    }

    private static string Script(ListsSize size, bool isSqlite)
    {
        var (prefix, builds, runs) = isSqlite
            ? ("begin;", "n", "m")
            : ("set synchronous_commit = off; begin;",
                Series(size.Builds, "n"), Series(size.Runs, "m"));
        var (withBuilds, withRuns) = isSqlite ? (Recursive(size.Builds, "n"), Recursive(size.Runs, "m")) : ("", "");
        return string.Create(CultureInfo.InvariantCulture, $"""
            {prefix}
            insert into documents (id, kind, project_key, name, revision, json, created_by, updated_by, created_at, updated_at)
            {withBuilds} select 1000000 + i, kind, project_key, 'many-' || i, revision, replace(json, '"listed-1"', '"many-' || i || '"'),
                created_by, updated_by, created_at + i, updated_at + i
            from documents cross join {builds} where kind = 'build' and name = 'listed-1';
            insert into document_revisions (document_id, revision, change, json, changed_by, changed_at)
            select id, revision, 'created', json, created_by, created_at from documents where id > 1000000;
            insert into runs (run_id, project_key, build_name, service_name, service_module, status, attempt, priority, created_by,
                created_at, plan, secrets, parameters)
            {withRuns} select 1000 + i, project_key, 'many-' || (1 + i * 7919 % {size.Builds}), 'svc-' || (i * 31 % {Services}), service_module,
                case when i % 20 = 0 then 'failed' when i % 50 = 7 then 'cancelled' else 'passed' end, 1, priority, created_by,
                created_at + i, plan, secrets, parameters
            from runs cross join {runs} where run_id = 1;
            insert into run_attempts (run_id, attempt, fence, agent_id, host, state)
            {withRuns} select 1000 + i, 1, fence, agent_id, host, state from run_attempts cross join {runs} where run_id = 1;
            commit;
            analyze;
            """);
    }

    private static string Series(int count, string name) => $"(select generate_series(1, {count}) as i) {name}";

    private static string Recursive(int count, string name) =>
        $"with recursive {name}(i) as (select 1 union all select i + 1 from {name} where i < {count})";
}
