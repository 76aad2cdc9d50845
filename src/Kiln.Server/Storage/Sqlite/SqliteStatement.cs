using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Kiln.Server.Storage.Sqlite;

/// <summary>A statement of SQLite. Whatever it does has ended when it returns, for SQLite works on the thread that calls it.</summary>
internal sealed class SqliteStatement : SqlStatement
{
    private const int LongestOnStack = 512;

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    // Which value each of SQLite's parameters takes: it numbers them in the order in which the text first names them.
    private readonly int[] _values;

    /// <exception cref="SqliteException">SQLite does not take it.</exception>
    public SqliteStatement(sqlite3 database, string sql, int parameters)
    {
        _database = database;
        Check(raw.sqlite3_prepare_v2(database, sql, out _statement));
        _values = new int[raw.sqlite3_bind_parameter_count(_statement)];
        for (var i = 0; i < _values.Length; i++)
        {
            var name = raw.sqlite3_bind_parameter_name(_statement, i + 1).utf8_to_string();
            _values[i] = int.Parse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture) - 1;
            if (_values[i] >= parameters)
            {
                throw new InvalidOperationException($"A statement was given {parameters} values and names {name}: {sql}");
            }
        }
    }

    public override int ColumnCount => raw.sqlite3_column_count(_statement);

    public override void Bind(ReadOnlySpan<object?> args)
    {
        for (var i = 0; i < _values.Length; i++)
        {
            Check(args[_values[i]] switch
            {
                null => raw.sqlite3_bind_null(_statement, i + 1),
                string text => BindText(i + 1, text),
                long number => raw.sqlite3_bind_int64(_statement, i + 1, number),
                int number => raw.sqlite3_bind_int64(_statement, i + 1, number),
                byte[] bytes => raw.sqlite3_bind_blob(_statement, i + 1, bytes),
                var other => throw new NotSupportedException($"A {other.GetType()} is not stored."),
            });
        }
    }

    public override ValueTask<int> RunAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            while (Step())
            {
            }
            return ValueTask.FromResult(raw.sqlite3_changes(_database));
        }
        finally
        {
            _ = raw.sqlite3_reset(_statement);
        }
    }

    public override ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.CompletedTask;
    }

    public override ValueTask<bool> NextAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Step());
    }

    public override ValueTask EndAsync()
    {
        _ = raw.sqlite3_reset(_statement); // What went wrong was told by the step.
        return ValueTask.CompletedTask;
    }

    public override void Dispose() => _statement.Dispose();

    public override string NameOf(int column) => raw.sqlite3_column_name(_statement, column).utf8_to_string();

    public override object? GetValue(int column) => raw.sqlite3_column_type(_statement, column) switch
    {
        raw.SQLITE_NULL => null,
        raw.SQLITE_INTEGER => GetInt64(column),
        raw.SQLITE_TEXT => GetString(column),
        raw.SQLITE_BLOB => GetBytes(column),
        _ => raw.sqlite3_column_double(_statement, column),
    };

    public override bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public override string GetString(int column)
    {
        // The bytes of a text as they are stored, which is UTF-8.
        var bytes = raw.sqlite3_column_blob(_statement, column);
        return bytes.IsEmpty ? Empty(column, "") : Encoding.UTF8.GetString(bytes);
    }

    public override int GetInt32(int column) => checked((int)GetInt64(column));

    public override long GetInt64(int column)
    {
        var number = raw.sqlite3_column_int64(_statement, column);
        return number == 0 ? Empty(column, number) : number;
    }

    public override byte[] GetBytes(int column)
    {
        var bytes = raw.sqlite3_column_blob(_statement, column);
        return bytes.IsEmpty ? Empty<byte[]>(column, []) : bytes.ToArray();
    }

    // SQLite reads null as 0 and as no bytes: only those have to be looked at twice.
    private T Empty<T>(int column, T value) =>
        IsNull(column) ? throw new InvalidOperationException($"Column {NameOf(column)} is null.") : value;

    private bool Step()
    {
        var result = raw.sqlite3_step(_statement);
        if (result is raw.SQLITE_ROW or raw.SQLITE_DONE)
        {
            return result == raw.SQLITE_ROW;
        }
        Check(result);
        return false;
    }

    private int BindText(int parameter, string text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (most <= LongestOnStack)
        {
            Span<byte> bytes = stackalloc byte[LongestOnStack];
            return raw.sqlite3_bind_text(_statement, parameter, bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
        }
        var rented = ArrayPool<byte>.Shared.Rent(most);
        var result = raw.sqlite3_bind_text(_statement, parameter, rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented)));
        ArrayPool<byte>.Shared.Return(rented);
        return result;
    }

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, _database);
}
