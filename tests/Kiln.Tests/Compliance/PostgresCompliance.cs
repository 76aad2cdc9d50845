using Kiln.Server.Logs;
using Kiln.Server.Storage;
using Kiln.Server.Storage.Postgres;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Compliance;

public sealed class PostgresDatabaseCompliance(SharedPostgres postgres) : DatabaseCompliance
{
    protected override async Task<Database> OpenAsync() => await postgres.OpenAsync();

    protected override ValueTask CleanUpAsync() => ValueTask.CompletedTask;
}

public sealed class PostgresDocumentStoreCompliance(SharedPostgres postgres) : DocumentStoreCompliance
{
    protected override async Task<Database> OpenAsync() => await postgres.OpenAsync();

    protected override ValueTask CleanUpAsync() => ValueTask.CompletedTask;
}

public sealed class PostgresRunStoreCompliance(SharedPostgres postgres) : RunStoreCompliance
{
    protected override async Task<Database> OpenAsync() => await postgres.OpenAsync();

    protected override ValueTask CleanUpAsync() => ValueTask.CompletedTask;
}

public sealed class RowLogCompliance(SharedPostgres postgres) : LogStoreCompliance
{
    private Database? _database;

    protected override async Task<LogStore> OpenAsync() => new RowLogs(_database = await postgres.OpenAsync(), Time);

    protected override async ValueTask CleanUpAsync()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }
}

public sealed class PostgresRunListCompliance(SharedPostgres postgres) : RunListCompliance
{
    protected override async Task<Database> OpenAsync() => await postgres.OpenAsync();

    protected override ValueTask CleanUpAsync() => ValueTask.CompletedTask;
}

internal static class PostgresOpening
{
    public static async Task<Database> OpenAsync(this SharedPostgres postgres) => await PostgresStart.OpenAsync(
        await postgres.CreateDatabaseAsync(), TimeProvider.System, CancellationToken.None);
}
