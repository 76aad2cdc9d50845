using Kiln.Contracts.Runs;
using Kiln.Server.Logs;
using Kiln.Server.Planning;
using Kiln.Server.Runs.State;
using Kiln.Server.Storage;

namespace Kiln.Server.Runs;

/// <summary>A run on its way into the store, its JSON written.</summary>
internal sealed record RunRow(NewRun Run, string Plan, string Secrets, string Parameters, long Now);

/// <summary>Statements about runs and attempts.</summary>
internal static class RunSql
{
    public const string Columns =
        "r.run_id, a.attempt, r.attempt, r.plan, r.parameters, r.created_by, r.created_at, a.host, a.state";

    private const string Insert = """
        insert into runs (run_id, project_key, build_name, service_name, service_module, status, attempt, priority,
            created_by, created_at, plan, secrets, parameters)
        values (@1, @2, @3, @4, @5, 'queued', 1, @6, @7, @8, @9, @10, @11)
        """;

    private const string Last =
        $"select {Columns} from runs r join run_attempts a on a.run_id = r.run_id and a.attempt = r.attempt where r.run_id = @1";

    private const string One =
        $"select {Columns} from runs r join run_attempts a on a.run_id = r.run_id where r.run_id = @1 and a.attempt = @2";

    private const string InsertAttempt = """
        insert into run_attempts (run_id, attempt, fence, agent_id, host, state) values (@1, @2, 0, '', '', @3)
        """;

    private const string FindKey = """
        select k.body_hash, k.run_id, r.status from idempotency_keys k join runs r on r.run_id = k.run_id
        where k.scope = @1 and k.idempotency_key = @2
        """;

    private const string KeepKey = """
        insert into idempotency_keys (scope, idempotency_key, body_hash, run_id, created_at) values (@1, @2, @3, @4, @5)
        """;

    public static async ValueTask InsertAsync(SqlSession session, RunRow row)
    {
        await session.ExecuteAsync(
            Insert,
            row.Run.RunId, row.Run.Plan.ProjectKey, row.Run.Plan.BuildName, row.Run.Plan.ServiceName,
            row.Run.Plan.ServiceModule, row.Run.Priority, row.Run.CreatedBy, row.Now, row.Plan, row.Secrets, row.Parameters);
        await RunAnchorSql.AddedAsync(session, row.Run.RunId);
    }

    public static ValueTask<int> InsertAttemptAsync(SqlSession session, long runId, int attempt, string state) =>
        session.ExecuteAsync(InsertAttempt, runId, attempt, state);

    /// <summary>Lets an ended run wait again.</summary>
    public static async ValueTask NextAttemptAsync(SqlSession session, long runId, int attempt, RunStatus ended)
    {
        await RunAnchorSql.EndedAsync(session, runId, Words.Of(ended), by: -1);
        await session.ExecuteAsync("update runs set attempt = @2, status = 'queued' where run_id = @1", runId, attempt);
    }

    public static ValueTask<RunRecord?> GetAsync(SqlSession session, long runId, int? attempt) => attempt is { } number
        ? session.FindAsync(One, Map, runId, number)
        : session.FindAsync(Last, Map, runId);

    public static ValueTask<List<AttemptRecord>> AttemptsAsync(SqlSession session, long runId) => session.QueryAsync(
        "select attempt, host, state from run_attempts where run_id = @1 order by attempt",
        static row => new AttemptRecord(row.GetInt32(0), row.GetString(1), RunsJson.ReadState(row.GetString(2))),
        runId);

    public static ValueTask<int> SavePlanAsync(SqlSession session, long runId, string plan) =>
        session.ExecuteAsync("update runs set plan = @2 where run_id = @1", runId, plan);

    /// <summary>Stores an attempt's new state; the run's status follows it.</summary>
    public static async ValueTask SaveAsync(
        SqlSession session, long runId, int attempt, AttemptState before, AttemptState after)
    {
        if (ReferenceEquals(before, after))
        {
            return;
        }
        await session.ExecuteAsync(
            "update run_attempts set state = @3 where run_id = @1 and attempt = @2", runId, attempt, RunsJson.Write(after));
        await KeptLogSql.FollowAsync(session, new LogKey(runId, attempt), before, after);
        await KeptArtifactSql.FollowAsync(session, new LogKey(runId, attempt), before, after);
        if (before.Status != after.Status)
        {
            var changed = await session.ExecuteAsync(
                "update runs set status = @3 where run_id = @1 and attempt = @2", runId, attempt, Words.Of(after.Status));
            if (changed > 0)
            {
                await CountAsync(session, runId, before, after);
            }
        }
    }

    private static async ValueTask CountAsync(SqlSession session, long runId, AttemptState before, AttemptState after)
    {
        if (before.IsFinal)
        {
            await RunAnchorSql.EndedAsync(session, runId, Words.Of(before.Status), by: -1);
        }
        if (after.IsFinal)
        {
            await RunAnchorSql.EndedAsync(session, runId, Words.Of(after.Status), by: 1);
        }
    }

    /// <summary>The agent that has or had an attempt; empty = none.</summary>
    public static async ValueTask<string> AgentOfAsync(SqlSession session, long runId, int attempt) => await session.FindAsync(
        "select agent_id from run_attempts where run_id = @1 and attempt = @2", static row => row.GetString(0), runId, attempt) ?? "";

    public static async ValueTask<int> PriorityAsync(SqlSession session, long runId) =>
        (int)(await session.NumberAsync("select priority from runs where run_id = @1", runId) ?? 0);

    public static async ValueTask<long> LastFenceAsync(SqlSession session, long runId) =>
        await session.NumberAsync("select max(fence) from run_attempts where run_id = @1", runId) ?? 0;

    public static async ValueTask<RunCreation?> FindKeyAsync(SqlSession session, Idempotency idempotency) =>
        await session.FindAsync<RunCreation>(
            FindKey,
            row => row.GetString(0) == idempotency.BodyHash
                ? new RunCreation.Repeated(row.GetInt64(1), Words.Status(row.GetString(2)))
                : new RunCreation.KeyReused(row.GetInt64(1)),
            idempotency.Scope, idempotency.Key);

    public static ValueTask<int> KeepKeyAsync(SqlSession session, Idempotency idempotency, long runId, long now) =>
        session.ExecuteAsync(KeepKey, idempotency.Scope, idempotency.Key, idempotency.BodyHash, runId, now);

    public static ValueTask<int> ForgetKeysAsync(SqlSession session, long before) =>
        session.ExecuteAsync("delete from idempotency_keys where created_at < @1", before);

    public static RunRecord Map(SqlRow row) => new()
    {
        RunId = row.GetInt64(0),
        Attempt = row.GetInt32(1),
        LastAttempt = row.GetInt32(2),
        Plan = RunsJson.ReadPlan(row.GetString(3)),
        Parameters = RunsJson.ReadParameters(row.GetString(4)),
        CreatedBy = row.GetString(5),
        CreatedAt = row.GetInt64(6),
        Host = row.GetString(7),
        State = RunsJson.ReadState(row.GetString(8)),
    };
}
