using System.Text;
using System.Text.Json.Nodes;
using Kiln.Server.Runs;
using Kiln.Server.Settings;
using Kiln.Server.Storage;
using Kiln.Server.Storage.Postgres;
using Kiln.Server.Storage.Sqlite;
using Kiln.Tests.Architecture;
using Kiln.Tests.Fixtures;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace Kiln.Tests.Server.Storage;

/// <summary>Databases that older servers left are opened, brought to the newest schema, and hold what they held.</summary>
public sealed class RecordedDatabaseTests(SharedPostgres postgres) : IDisposable
{
    private const string Recordings = "tests/Kiln.Tests/Server/Storage/Recorded";
    private static readonly string Key = Convert.ToBase64String("recorded-database-master-key-32b"u8);

    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_795_900_000));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task SQLite_of_schema_4()
    {
        await RestoreSqliteAsync();
        await HoldsWhatItHeldAsync(options => options with { Data = _directory.Path });
    }

    [Fact]
    public async Task PostgreSQL_of_schema_4()
    {
        var connection = await postgres.LoadAsync(Recorded("postgres-0004.sql"));
        await HoldsWhatItHeldAsync(options => options with { Data = _directory.Path, Database = connection });
    }

    [Fact]
    public async Task Two_servers_that_start_at_once_on_an_old_database_migrate_it_once()
    {
        var connection = await postgres.LoadAsync(Recorded("postgres-0004.sql"));
        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => PostgresStart.OpenAsync(connection, _time, default)));
        foreach (var database in both)
        {
            await using (database)
            {
                var applied = await database.ReadAsync(
                    session => session.QueryAsync("select version from kiln_schema order by version", row => row.GetInt32(0)), default);
                Assert.Equal(Migration.All.Select(migration => migration.Version), applied);
            }
        }
    }

    [Fact]
    public async Task A_schema_of_a_newer_Kiln_is_refused_in_one_sentence_by_both()
    {
        await RestoreSqliteAsync("insert into kiln_schema values (9999, 'future', 0);");
        var connection = await postgres.LoadAsync(Recorded("postgres-0004.sql"));
        await using (var database = await PostgresStart.OpenAsync(connection, _time, default))
        {
            await database.WriteAsync(
                session => session.ExecuteAsync("insert into kiln_schema values (9999, 'future', 0)"), default);
        }
        foreach (var open in (Func<Task>[])[
            () => SqliteDatabase.OpenAsync(_directory.Path, _time), () => PostgresStart.OpenAsync(connection, _time, default)])
        {
            var refusal = await Assert.ThrowsAsync<StoreUnusableException>(open);
            Assert.StartsWith("The database has schema 9999, this Kiln knows schemas up to", refusal.Message, StringComparison.Ordinal);
        }
    }

    private static string Recorded(string file) => Path.Combine(Repository.Root, Recordings, file);

    private async Task RestoreSqliteAsync(string more = "")
    {
        SQLitePCL.Batteries_V2.Init();
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(_directory.Path, "kiln.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = await File.ReadAllTextAsync(Recorded("sqlite-0004.sql")) + more;
        await command.ExecuteNonQueryAsync();
        var logs = Directory.CreateDirectory(Path.Combine(_directory.Path, "logs", "000000"));
        File.Copy(Recorded("sqlite-0004.log"), Path.Combine(logs.FullName, "1-1.log"));
    }

    private async Task HoldsWhatItHeldAsync(Func<KilnOptions, KilnOptions> store)
    {
        await using var app = await KilnApp.StartAsync(
            _time, options => store(options) with { MasterKey = Key, AdminToken = "recorded-admin-token-0001" });

        var builds = (await JsonAsync(app, "/openapi/build?projectKey=old"))["builds"]!.AsArray();
        Assert.Equal(["passes", "fails", "waits"], builds.Select(build => (string)build!["name"]!));
        Assert.Equal(2, (int)(await JsonAsync(app, "/openapi/build/fails/revisions?projectKey=old"))["total"]!);
        var runs = (await JsonAsync(app, "/openapi/runs"))["runs"]!.AsArray();
        Assert.Equal(["queued", "failed", "passed"], runs.Select(run => (string)run!["status"]!));
        Assert.Equal("no_host", await WhyAsync(app, 3));
        Assert.Equal(2, (await JsonAsync(app, "/openapi/runs/2/attempts"))["attempts"]!.AsArray().Count);

        var log = string.Concat(Enumerable.Range(1, 1500).Select(i => $"line {i} of a recorded log\n")) + "end";
        Assert.Equal(log, await app.Admin.GetStringAsync("/openapi/runs/1/log?step=script"));
        await app.Get<LogKeeping>().LookAsync(default);
        Assert.Equal(log, await app.Admin.GetStringAsync("/openapi/runs/1/log?step=script"));

        // What was sealed then is opened now, on its way to a host.
        using var started = await app.Admin.PostAsync("/openapi/build/passes/runs?projectKey=old", new StringContent("{}", Encoding.UTF8, "application/json"));
        Assert.Equal(4, (int)(await started.JsonAsync())["run_id"]!);
        var lease = await new FakeAgent(app).TakeAsync();
        Assert.Equal(4, lease.Key.RunId);
        Assert.Superset(
            new HashSet<string> { "a sealed secret", "a shared secret" }, lease.Spec.Secrets.Select(secret => secret.Value).ToHashSet());
    }

    private static async Task<string> WhyAsync(KilnApp app, long run) => (string)(await JsonAsync(app, $"/openapi/runs/{run}/why"))["reason"]!;

    private static async Task<JsonNode> JsonAsync(KilnApp app, string path) => JsonNode.Parse(await app.Admin.GetStringAsync(path))!;
}
