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

internal static class PostgresOpening
{
    public static async Task<Database> OpenAsync(this SharedPostgres postgres) => await PostgresStart.OpenAsync(
        await postgres.CreateDatabaseAsync(), TimeProvider.System, CancellationToken.None);
}
