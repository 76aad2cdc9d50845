using System.Data.Common;

namespace Kiln.Server.Storage;

/// <summary>
/// A connection inside a transaction, with its prepared statements. Parameters are positional: <c>@1</c>, <c>@2</c> …;
/// <c>null</c> is SQL's null. Statement texts are constants: each distinct one is prepared once and kept.
/// </summary>
public sealed class SqlSession(DbConnection connection, SqlDialect dialect) : IDisposable
{
    private readonly Dictionary<string, DbCommand> _prepared = new(StringComparer.Ordinal);
    private CancellationToken _cancellation;

    /// <summary>What differs between databases.</summary>
    public SqlDialect Dialect => dialect;

    /// <summary>Runs a statement; the number of rows it changed.</summary>
    public ValueTask<int> ExecuteAsync(string sql, params ReadOnlySpan<object?> args) => RunAsync(Bind(sql, args));

    /// <summary>All rows of a query.</summary>
    public ValueTask<List<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> map, params ReadOnlySpan<object?> args) =>
        ReadAllAsync(Bind(sql, args), map);

    /// <summary>Hands over the rows of a query one by one; only one of them is in memory.</summary>
    public ValueTask EachAsync(string sql, Action<DbDataReader> take, params ReadOnlySpan<object?> args) =>
        HandOverAsync(Bind(sql, args), take);

    /// <summary>The first row of a query, or <c>null</c>.</summary>
    public ValueTask<T?> FindAsync<T>(string sql, Func<DbDataReader, T> map, params ReadOnlySpan<object?> args)
        where T : class => ReadFirstAsync(Bind(sql, args), map);

    /// <summary>The number in the first column of the first row, or <c>null</c> without one.</summary>
    public ValueTask<long?> NumberAsync(string sql, params ReadOnlySpan<object?> args) => ReadNumberAsync(Bind(sql, args));

    /// <summary>Sets what ends the statements of the transaction that begins now.</summary>
    internal void BeginWith(CancellationToken cancellationToken) => _cancellation = cancellationToken;

    public void Dispose()
    {
        foreach (var command in _prepared.Values)
        {
            command.Dispose();
        }
        connection.Dispose();
    }

    private DbCommand Bind(string sql, ReadOnlySpan<object?> args)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            // Statement texts are constants of the stores; values only ever travel as parameters.
#pragma warning disable CA2100
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var i = 1; i <= args.Length; i++)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = "@" + i;
                command.Parameters.Add(parameter);
            }
            _prepared.Add(sql, command);
        }
        for (var i = 0; i < args.Length; i++)
        {
            command.Parameters[i].Value = args[i] ?? DBNull.Value;
        }
        return command;
    }

    private async ValueTask<int> RunAsync(DbCommand command) => await command.ExecuteNonQueryAsync(_cancellation);

    private async ValueTask<List<T>> ReadAllAsync<T>(DbCommand command, Func<DbDataReader, T> map)
    {
        var rows = new List<T>();
        await using var reader = dialect.Rows(await command.ExecuteReaderAsync(_cancellation));
        while (await reader.ReadAsync(_cancellation))
        {
            rows.Add(map(reader));
        }
        return rows;
    }

    private async ValueTask HandOverAsync(DbCommand command, Action<DbDataReader> take)
    {
        await using var reader = dialect.Rows(await command.ExecuteReaderAsync(_cancellation));
        while (await reader.ReadAsync(_cancellation))
        {
            take(reader);
        }
    }

    private async ValueTask<T?> ReadFirstAsync<T>(DbCommand command, Func<DbDataReader, T> map)
        where T : class
    {
        await using var reader = dialect.Rows(await command.ExecuteReaderAsync(_cancellation));
        return await reader.ReadAsync(_cancellation) ? map(reader) : null;
    }

    private async ValueTask<long?> ReadNumberAsync(DbCommand command)
    {
        await using var reader = dialect.Rows(await command.ExecuteReaderAsync(_cancellation));
        return await reader.ReadAsync(_cancellation) && !reader.IsDBNull(0) ? reader.GetInt64(0) : null;
    }
}
