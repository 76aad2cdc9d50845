using Npgsql;

namespace Kiln.Server.Storage.Postgres;

/// <summary>
/// A statement of PostgreSQL. Npgsql takes whole numbers in the column's own width only, and counts and sums have the widths
/// that PostgreSQL gives them.
/// </summary>
internal sealed class PostgresStatement : SqlStatement
{
    private readonly NpgsqlCommand _command;
    private NpgsqlDataReader? _rows;

    public PostgresStatement(NpgsqlCommand command, int parameters)
    {
        _command = command;
        for (var i = 1; i <= parameters; i++)
        {
            command.Parameters.Add(new NpgsqlParameter { ParameterName = "@" + i });
        }
    }

    public override int ColumnCount => Rows.FieldCount;

    private NpgsqlDataReader Rows => _rows ?? throw new InvalidOperationException("The query has not begun.");

    public override void Bind(ReadOnlySpan<object?> args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            _command.Parameters[i].Value = args[i] ?? DBNull.Value;
        }
    }

    public override async ValueTask<int> RunAsync(CancellationToken cancellationToken) =>
        await _command.ExecuteNonQueryAsync(cancellationToken);

    public override async ValueTask BeginAsync(CancellationToken cancellationToken) =>
        _rows = await _command.ExecuteReaderAsync(cancellationToken);

    public override async ValueTask<bool> NextAsync(CancellationToken cancellationToken) => await Rows.ReadAsync(cancellationToken);

    public override async ValueTask EndAsync()
    {
        await Rows.DisposeAsync();
        _rows = null;
    }

    public override void Dispose() => _command.Dispose();

    public override string NameOf(int column) => Rows.GetName(column);

    public override object? GetValue(int column) => IsNull(column) ? null : Rows.GetValue(column);

    public override bool IsNull(int column) => Rows.IsDBNull(column);

    public override string GetString(int column) => Rows.GetString(column);

    public override int GetInt32(int column) =>
        Rows.GetFieldType(column) == typeof(long) ? checked((int)Rows.GetInt64(column)) : Rows.GetInt32(column);

    public override long GetInt64(int column) =>
        Rows.GetFieldType(column) == typeof(int) ? Rows.GetInt32(column) : Rows.GetInt64(column);

    public override byte[] GetBytes(int column) => Rows.GetFieldValue<byte[]>(column);
}
