using Kiln.Server.Storage;
using Kiln.Server.Storage.Sqlite;
using Kiln.Tests.Fixtures;
using SQLitePCL;

namespace Kiln.Tests.Server.Storage;

public sealed class SqliteDatabaseTests : IDisposable
{
    private static readonly Migration First = new(1, "first", "create table one (id $id$ not null primary key);");
    private static readonly Migration Second = new(2, "second", "insert into one (id) values (7); create table two (id $id$);");

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Opening_again_keeps_what_was_written_and_applies_only_new_migrations()
    {
        await using (await OpenAsync(First))
        {
        }
        await using (await OpenAsync(First, Second))
        {
        }
        await using var database = await OpenAsync(First, Second);
        Assert.Equal(7, await database.ReadAsync(session => session.NumberAsync("select id from one"), default));
        Assert.Equal(8, await database.AllocateAsync("one", "id", default));
    }

    [Fact]
    public void A_statement_with_a_limit_is_compiled_once()
    {
        const int CompiledAgain = 5; // SQLITE_STMTSTATUS_REPREPARE
        Batteries_V2.Init();
        using var connection = SqliteDatabase.Connect(
            Path.Combine(_directory.Path, "limit.db"), "create table one (id integer not null primary key);");
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_prepare_v2(connection.Handle!, "select id from one limit ?", out var statement));
        using (statement)
        {
            for (var limit = 1; limit <= 3; limit++)
            {
                raw.sqlite3_bind_int(statement, 1, limit);
                Assert.Equal(raw.SQLITE_DONE, raw.sqlite3_step(statement));
                raw.sqlite3_reset(statement);
            }
            Assert.Equal(0, raw.sqlite3_stmt_status(statement, CompiledAgain, 0));
        }
    }

    [Fact]
    public async Task A_newer_schema_is_refused_and_left_alone()
    {
        await using (await OpenAsync(First, Second))
        {
        }
        var refusal = await Assert.ThrowsAsync<StoreUnusableException>(() => OpenAsync(First));
        Assert.Contains("schema 2", refusal.Message, StringComparison.Ordinal);
        await using var database = await OpenAsync(First, Second);
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_the_schema_as_it_was()
    {
        var broken = Second with { Script = "create table two (id $id$); nonsense;" };
        await Assert.ThrowsAsync<Microsoft.Data.Sqlite.SqliteException>(() => OpenAsync(First, broken));
        await using var database = await OpenAsync(First, Second);
    }

    [Fact]
    public async Task A_write_that_waits_for_something_else_is_a_bug_that_is_told()
    {
        await using var database = await OpenAsync(First);
        var never = new TaskCompletionSource();
        await Assert.ThrowsAsync<InvalidOperationException>(() => database.WriteAsync<int>(
            async session =>
            {
                await never.Task;
                return 0;
            },
            default));
    }

    [Theory]
    [InlineData("nfs", true)]
    [InlineData("cifs", true)]
    [InlineData("ext4", false)]
    [InlineData("tmpfs", false)]
    [InlineData("overlay", false)]
    public void Network_file_systems_are_told_from_local_ones(string format, bool isNetwork) =>
        Assert.Equal(isNetwork, SqliteVolume.IsNetwork(format));

    private Task<SqliteDatabase> OpenAsync(params Migration[] migrations) =>
        SqliteDatabase.OpenAsync(_directory.Path, migrations, TimeProvider.System);
}
