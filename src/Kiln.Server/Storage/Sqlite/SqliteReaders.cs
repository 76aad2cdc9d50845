using System.Collections.Concurrent;

namespace Kiln.Server.Storage.Sqlite;

/// <summary>Reading connections, opened when needed, at most <paramref name="limit"/> at once.</summary>
internal sealed class SqliteReaders(Func<SqlSession> open, int limit) : IDisposable
{
    private readonly ConcurrentBag<SqlSession> _idle = [];
    private readonly SemaphoreSlim _slots = new(limit);

    public async Task<T> ReadAsync<T>(Func<SqlSession, ValueTask<T>> read, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            if (!_idle.TryTake(out var session))
            {
                session = open();
            }
            try
            {
                return await InSnapshotAsync(session, read, cancellationToken);
            }
            finally
            {
                _idle.Add(session);
            }
        }
        finally
        {
            _slots.Release();
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var session))
        {
            session.Dispose();
        }
        _slots.Dispose();
    }

    private static async ValueTask<T> InSnapshotAsync<T>(
        SqlSession session, Func<SqlSession, ValueTask<T>> read, CancellationToken cancellationToken)
    {
        session.BeginWith(cancellationToken);
        await session.ExecuteAsync("begin");
        try
        {
            return await read(session);
        }
        finally
        {
            session.BeginWith(CancellationToken.None);
            await session.ExecuteAsync("commit");
        }
    }
}
