using Npgsql;

namespace Kiln.Server.Storage.Postgres;

/// <summary>A transaction on a pooled connection; disposed without a commit it leaves nothing.</summary>
internal sealed class PostgresTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction) : IDisposable
{
    public SqlSession Sql { get; } = new PostgresSession(connection);

    public Task CommitAsync() => transaction.CommitAsync(CancellationToken.None);

    public void Dispose()
    {
        // Going back to the pool, a connection rolls back what is still open, without waiting for it.
        Sql.Dispose();
        transaction.Dispose();
    }
}
