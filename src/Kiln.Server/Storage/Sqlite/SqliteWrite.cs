namespace Kiln.Server.Storage.Sqlite;

/// <summary>A write that waits for the writer thread.</summary>
internal abstract class SqliteWrite
{
    /// <summary>Runs the statements; throws when they fail.</summary>
    public abstract void Run(SqlSession session);

    /// <summary>Tells the caller, after the commit or the failure.</summary>
    public abstract void Complete(Exception? failure);

    /// <summary>True when the caller has gone before the write began.</summary>
    public abstract bool TryAbandon();
}

internal sealed class SqliteWrite<T>(Func<SqlSession, ValueTask<T>> write, CancellationToken cancellationToken)
    : SqliteWrite
{
    // Continuations must not run on the writer thread: it has the next commit to make.
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    public Task<T> Task => _done.Task;

    public override void Run(SqlSession session)
    {
        var pending = write(session);
        if (!pending.IsCompleted)
        {
            throw new InvalidOperationException("A write awaited something else than its session.");
        }
        _result = pending.GetAwaiter().GetResult();
    }

    public override void Complete(Exception? failure)
    {
        if (failure is null)
        {
            _done.SetResult(_result);
        }
        else
        {
            _done.SetException(failure);
        }
    }

    public override bool TryAbandon() => cancellationToken.IsCancellationRequested && _done.TrySetCanceled(cancellationToken);
}
