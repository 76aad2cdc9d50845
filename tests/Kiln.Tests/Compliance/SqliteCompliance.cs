using Kiln.Server.Logs;
using Kiln.Server.Settings;
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

public sealed class FileLogCompliance : LogStoreCompliance
{
    private readonly TempDirectory _directory = new();
    private DataDirectory? _data;
    private FileLogs? _logs;

    protected override Task<LogStore> OpenAsync()
    {
        _data = DataDirectory.Open(_directory.Path);
        return Task.FromResult<LogStore>(_logs = new FileLogs(_data, Time));
    }

    protected override ValueTask CleanUpAsync()
    {
        _logs?.Dispose();
        _data?.Dispose();
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }
}

public sealed class SqliteRunListCompliance : RunListCompliance
{
    private readonly TempDirectory _directory = new();

    protected override async Task<Database> OpenAsync() => await SqliteDatabase.OpenAsync(_directory.Path, TimeProvider.System);

    protected override ValueTask CleanUpAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }
}
