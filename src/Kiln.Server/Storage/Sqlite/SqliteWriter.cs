namespace Kiln.Server.Storage.Sqlite;

/// <summary>
/// The one writer: a thread that takes all writes that wait, runs each inside a savepoint of one shared transaction, commits
/// once, and only then tells their callers. A disk that syncs slowly makes commits fewer, not writes slower.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    // Bounds how long the first writer of a batch waits for the others in it.
    private const int BatchLimit = 256;

    private readonly SqlSession _session;
    private readonly Lock _gate = new();

    // Not one that spins before it sleeps: between two writes there is time enough to sleep.
    private readonly AutoResetEvent _available = new(false);
    private readonly Queue<SqliteWrite> _waiting = new();
    private readonly List<(SqliteWrite Write, Exception? Failure)> _batch = new(BatchLimit);
    private readonly Thread _thread;
    private bool _closed;

    public SqliteWriter(SqlSession session)
    {
        _session = session;
        _thread = new Thread(Loop) { IsBackground = true, Name = "kiln-writer" };
        _thread.Start();
    }

    public void Enqueue(SqliteWrite write)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            _waiting.Enqueue(write);
            if (_waiting.Count > 1)
            {
                return;
            }
        }
        _available.Set();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }
            _closed = true;
        }
        _available.Set();
        _thread.Join();
        _available.Dispose();
        _session.Dispose();
    }

    private void Loop()
    {
        while (Take())
        {
            if (_batch.Count > 0)
            {
                Commit();
            }
        }
    }

    private bool Take()
    {
        _batch.Clear();
        _available.WaitOne();
        lock (_gate)
        {
            while (_batch.Count < BatchLimit && _waiting.TryDequeue(out var write))
            {
                if (!write.TryAbandon())
                {
                    _batch.Add((write, null));
                }
            }
            if (_waiting.Count > 0 || _closed)
            {
                _available.Set();
            }
            return _batch.Count > 0 || !_closed;
        }
    }

    private void Commit()
    {
        Exception? broken = null;
        try
        {
            Execute("begin immediate");
            for (var i = 0; i < _batch.Count; i++)
            {
                var write = _batch[i].Write;
                _batch[i] = (write, RunInSavepoint(write));
            }
            Execute("commit");
        }
#pragma warning disable CA1031 // Whatever broke the transaction belongs to every caller in it, and the thread must live on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            broken = failure;
            TryRollBack();
        }
        foreach (var (write, failure) in _batch)
        {
            write.Complete(failure ?? broken);
        }
    }

    private Exception? RunInSavepoint(SqliteWrite write)
    {
        Execute("savepoint w");
        try
        {
            write.Run(_session);
            Execute("release w");
            return null;
        }
#pragma warning disable CA1031 // The failure is handed to the caller of this write; the others go on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Execute("rollback to w");
            Execute("release w");
            return failure;
        }
    }

    private void TryRollBack()
    {
        try
        {
            Execute("rollback");
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            // SQLite has rolled back by itself (disk full, I/O error): there is no transaction left.
        }
    }

    // Complete when it returns: SQLite works on the thread that calls it.
    private void Execute(string sql) => _session.ExecuteAsync(sql).AsTask().GetAwaiter().GetResult();
}
