using Kiln.Server.Storage;
using Kiln.Server.Storage.Sqlite;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Compliance;

public sealed class SqliteDatabaseCompliance : DatabaseCompliance
{
    private readonly TempDirectory _directory = new();

    protected override async Task<Database> OpenAsync() => await SqliteDatabase.OpenAsync(_directory.Path, TimeProvider.System);

    protected override ValueTask CleanUpAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }
}

public sealed class SqliteDocumentStoreCompliance : DocumentStoreCompliance
{
    private readonly TempDirectory _directory = new();

    protected override async Task<Database> OpenAsync() => await SqliteDatabase.OpenAsync(_directory.Path, TimeProvider.System);

    protected override ValueTask CleanUpAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }
}

public sealed class SqliteRunStoreCompliance : RunStoreCompliance
{
    private readonly TempDirectory _directory = new();

    protected override async Task<Database> OpenAsync() => await SqliteDatabase.OpenAsync(_directory.Path, TimeProvider.System);

    protected override ValueTask CleanUpAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }
}
