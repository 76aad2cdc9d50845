using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Kiln.Server.Storage.Sqlite;

/// <summary>
/// SQLite with a write-ahead log in the data directory: every commit is synced, one thread writes, readers never wait for it.
/// </summary>
public sealed class SqliteDatabase : Database
{
    private const int ReaderLimit = 8;

    private const string Setup = """
        pragma journal_mode = wal;
        pragma synchronous = full;
        pragma foreign_keys = on;
        pragma busy_timeout = 10000;
        pragma temp_store = memory;
        pragma cache_size = -8000;
        pragma journal_size_limit = 67108864;
        """;

    private readonly ConcurrentDictionary<string, Counter> _counters = new(StringComparer.Ordinal);
    private readonly SqliteWriter _writer;
    private readonly SqliteReaders _readers;

    private SqliteDatabase(SqliteWriter writer, SqliteReaders readers) => (_writer, _readers) = (writer, readers);

    /// <summary>
    /// Opens (or makes) the database in <paramref name="directory"/>, which the caller holds for this process alone, and brings
    /// it to the newest schema.
    /// </summary>
    /// <exception cref="StoreUnusableException">On a network file system, or newer than this program.</exception>
    public static Task<SqliteDatabase> OpenAsync(string directory, TimeProvider time) =>
        OpenAsync(directory, Migration.All, time);

    internal static async Task<SqliteDatabase> OpenAsync(
        string directory, IReadOnlyList<Migration> migrations, TimeProvider time)
    {
        Batteries_V2.Init();
        // Counting its memory takes a lock of the whole process at every allocation. SQLite refuses this once it is in use, as in tests.
        _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0);
        // A session is used by one thread at a time, so its connection needs no lock of its own.
        _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MULTITHREAD);
        Directory.CreateDirectory(directory);
        SqliteVolume.RequireLocal(directory);
        var path = Path.Combine(directory, "kiln.db");
        // SQLite gives its other files the mode of this one.
        new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }).Dispose();
        var writer = new SqliteWriter(Session(path, Setup));
        var database = new SqliteDatabase(
            writer, new SqliteReaders(() => Session(path, Setup + "pragma query_only = on;"), ReaderLimit));
        try
        {
            await database.WriteAsync(session => Schema.UpgradeAsync(session, migrations, time), CancellationToken.None);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public override Task<T> WriteAsync<T>(
        Func<SqlSession, ValueTask<T>> write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var pending = new SqliteWrite<T>(write, cancellationToken);
        _writer.Enqueue(pending);
        return pending.Task;
    }

    public override Task<T> ReadAsync<T>(Func<SqlSession, ValueTask<T>> read, CancellationToken cancellationToken) =>
        _readers.ReadAsync(read, cancellationToken);

    public override bool IsShared => false;

    public override void Tell(string news)
    {
        // Nobody else is on this database.
    }

    public override void Hear(Action<string?> heard)
    {
        // Nobody else tells anything.
    }

    public override ValueTask<bool> HoldAsync(string duty, CancellationToken cancellationToken) => ValueTask.FromResult(true);

    // This process is the only one on the database, so a counter in memory, begun behind what is stored, is enough.
    public override async ValueTask<long> AllocateAsync(string table, string column, CancellationToken cancellationToken)
    {
        if (!_counters.TryGetValue(table, out var counter))
        {
            var last = await ReadAsync(
                session => session.NumberAsync($"select max({column}) from {table}"), cancellationToken);
            counter = _counters.GetOrAdd(table, new Counter { Last = last ?? 0 });
        }
        return Interlocked.Increment(ref counter.Last);
    }

    public override ValueTask DisposeAsync()
    {
        _writer.Dispose();
        _readers.Dispose();
        return ValueTask.CompletedTask;
    }

    internal static SqliteConnection Connect(string path, string setup)
    {
        // Pooled by this class: a pool beneath it would keep the file open after it is closed.
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        connection.Open();
        // Else SQLite looks at the value of a limit to plan with it, and compiles the statement anew whenever one is bound.
        _ = raw.sqlite3_db_config(connection.Handle!, raw.SQLITE_DBCONFIG_ENABLE_QPSG, 1, out _);
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A constant of this class.
        command.CommandText = setup;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
        return connection;
    }

    private static SqliteSession Session(string path, string setup) => new(Connect(path, setup));

    private sealed class Counter
    {
        public long Last;
    }
}
