namespace Kiln.Server.Storage;

/// <summary>
/// A connection inside a transaction, with its prepared statements. Parameters are positional: <c>@1</c>, <c>@2</c> …;
/// <c>null</c> is SQL's null. Statement texts are constants: each distinct one is prepared once and kept.
/// </summary>
public abstract class SqlSession(SqlDialect dialect) : IDisposable
{
    private readonly Dictionary<string, SqlStatement> _prepared = new(StringComparer.Ordinal);
    private CancellationToken _cancellation;

    /// <summary>What differs between databases.</summary>
    public SqlDialect Dialect => dialect;

    /// <summary>Runs a statement; the number of rows it changed.</summary>
    public ValueTask<int> ExecuteAsync(string sql, params ReadOnlySpan<object?> args) => Bind(sql, args).RunAsync(_cancellation);

    /// <summary>Runs any number of statements without parameters, once.</summary>
    public abstract ValueTask RunScriptAsync(string script);

    /// <summary>All rows of a query.</summary>
    public ValueTask<List<T>> QueryAsync<T>(string sql, Func<SqlRow, T> map, params ReadOnlySpan<object?> args) =>
        ReadAllAsync(Bind(sql, args), map);

    /// <summary>Hands over the rows of a query one by one; only one of them is in memory.</summary>
    public ValueTask EachAsync(string sql, Action<SqlRow> take, params ReadOnlySpan<object?> args) =>
        HandOverAsync(Bind(sql, args), take);

    /// <summary>The first row of a query, or <c>null</c>.</summary>
    public ValueTask<T?> FindAsync<T>(string sql, Func<SqlRow, T> map, params ReadOnlySpan<object?> args)
        where T : class => ReadFirstAsync(Bind(sql, args), map);

    /// <summary>The number in the first column of the first row, or <c>null</c> without one.</summary>
    public ValueTask<long?> NumberAsync(string sql, params ReadOnlySpan<object?> args) => ReadNumberAsync(Bind(sql, args));

    public void Dispose()
    {
        foreach (var statement in _prepared.Values)
        {
            statement.Dispose();
        }
        Close();
        GC.SuppressFinalize(this);
    }

    /// <summary>Sets what ends the statements of the transaction that begins now.</summary>
    internal void BeginWith(CancellationToken cancellationToken) => _cancellation = cancellationToken;

    /// <summary>Prepares one statement.</summary>
    /// <param name="sql">Its text.</param>
    /// <param name="parameters">How many values it is given, each time.</param>
    protected abstract SqlStatement Prepare(string sql, int parameters);

    /// <summary>Closes the connection; its statements are disposed.</summary>
    protected abstract void Close();

    private SqlStatement Bind(string sql, ReadOnlySpan<object?> args)
    {
        if (!_prepared.TryGetValue(sql, out var statement))
        {
            statement = Prepare(sql, args.Length);
            _prepared.Add(sql, statement);
        }
        statement.Bind(args);
        return statement;
    }

    private async ValueTask<List<T>> ReadAllAsync<T>(SqlStatement statement, Func<SqlRow, T> map)
    {
        var rows = new List<T>();
        await statement.BeginAsync(_cancellation);
        try
        {
            while (await statement.NextAsync(_cancellation))
            {
                rows.Add(map(statement));
            }
            return rows;
        }
        finally
        {
            await statement.EndAsync();
        }
    }

    private async ValueTask HandOverAsync(SqlStatement statement, Action<SqlRow> take)
    {
        await statement.BeginAsync(_cancellation);
        try
        {
            while (await statement.NextAsync(_cancellation))
            {
                take(statement);
            }
        }
        finally
        {
            await statement.EndAsync();
        }
    }

    private async ValueTask<T?> ReadFirstAsync<T>(SqlStatement statement, Func<SqlRow, T> map)
        where T : class
    {
        await statement.BeginAsync(_cancellation);
        try
        {
            return await statement.NextAsync(_cancellation) ? map(statement) : null;
        }
        finally
        {
            await statement.EndAsync();
        }
    }

    private async ValueTask<long?> ReadNumberAsync(SqlStatement statement)
    {
        await statement.BeginAsync(_cancellation);
        try
        {
            return await statement.NextAsync(_cancellation) && !statement.IsNull(0) ? statement.GetInt64(0) : null;
        }
        finally
        {
            await statement.EndAsync();
        }
    }
}
