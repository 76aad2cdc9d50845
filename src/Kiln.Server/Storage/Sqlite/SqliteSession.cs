using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Kiln.Server.Storage.Sqlite;

/// <summary>A connection to SQLite. Its statements are SQLite's own, without ADO.NET in between (ADR 0312).</summary>
internal sealed class SqliteSession(SqliteConnection connection) : SqlSession(SqlDialect.Sqlite)
{
    private readonly sqlite3 _database = connection.Handle!;

    // SQLite works on the thread that calls it: this has ended when it returns.
    public override ValueTask RunScriptAsync(string script)
    {
        SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(_database, script), _database);
        return ValueTask.CompletedTask;
    }

    protected override SqlStatement Prepare(string sql, int parameters) => new SqliteStatement(_database, sql, parameters);

    protected override void Close() => connection.Dispose();
}
