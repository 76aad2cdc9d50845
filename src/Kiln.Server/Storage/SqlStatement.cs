namespace Kiln.Server.Storage;

/// <summary>
/// A prepared statement of one connection. It is bound, then run or begun, read row by row, and ended; itself it is the row it stands at.
/// </summary>
public abstract class SqlStatement : SqlRow, IDisposable
{
    /// <summary>Sets its parameters; <c>null</c> is SQL's null.</summary>
    public abstract void Bind(ReadOnlySpan<object?> args);

    /// <summary>Runs it to its end; the number of rows it changed.</summary>
    public abstract ValueTask<int> RunAsync(CancellationToken cancellationToken);

    /// <summary>Begins a query, before its first row.</summary>
    public abstract ValueTask BeginAsync(CancellationToken cancellationToken);

    /// <summary>Goes to the next row; false when there is none.</summary>
    public abstract ValueTask<bool> NextAsync(CancellationToken cancellationToken);

    /// <summary>Ends a query, wherever it stands.</summary>
    public abstract ValueTask EndAsync();

    public abstract void Dispose();
}
