using System.Collections.Concurrent;
using Npgsql;

namespace Kiln.Server.Storage.Postgres;

/// <summary>A sequence for each number column, made at its first use behind what is stored.</summary>
internal sealed class PostgresSequences(NpgsqlDataSource source) : IDisposable
{
    private const string Lock = "select pg_advisory_xact_lock(hashtextextended('kiln sequences', 0))";

    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _making = new(1);

    public async ValueTask<long> NextAsync(string table, string column, CancellationToken cancellationToken)
    {
        var sequence = $"kiln_{table}_{column}";
        if (!_known.ContainsKey(sequence))
        {
            await MakeAsync(sequence, table, column, cancellationToken);
        }
        return await NumberAsync($"select nextval('{sequence}')", cancellationToken);
    }

    public void Dispose() => _making.Dispose();

    private async Task MakeAsync(string sequence, string table, string column, CancellationToken cancellationToken)
    {
        await _making.WaitAsync(cancellationToken);
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            using var session = new PostgresSession(connection);
            await session.ExecuteAsync(Lock);
            if (await session.NumberAsync("select 1 from pg_class where oid = to_regclass(@1)", sequence) is null)
            {
                await session.ExecuteAsync($"create sequence {sequence}");
                await session.NumberAsync(
                    $"select setval('{sequence}', (select coalesce(max({column}), 0) + 1 from {table}), false)");
            }
            await transaction.CommitAsync(cancellationToken);
            _known[sequence] = true;
        }
        finally
        {
            _making.Release();
        }
    }

    private async Task<long> NumberAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        using var session = new PostgresSession(connection);
        session.BeginWith(cancellationToken);
        return await session.NumberAsync(sql) ?? 0;
    }
}
