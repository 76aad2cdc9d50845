namespace Kiln.Server.Storage;

/// <summary>
/// The one database. Stores are written against this class and plain SQL of the subset that SQLite and PostgreSQL
/// share; what differs is in <see cref="SqlDialect"/>. Safe for concurrent use.
/// </summary>
public abstract class Database : IAsyncDisposable
{
    /// <summary>
    /// Runs <paramref name="write"/> in a transaction and completes after it is durable; other writers never see half of it.
    /// When <paramref name="write"/> throws, nothing of it stays and the exception is the caller's. It may share its
    /// commit with other writes, it may be run again when another one got in its way, and it must await nothing but the
    /// session it is given. Writes are serialisable: what is stored could have come from one after the other.
    /// </summary>
    /// <param name="write">Statements and decisions; quick, without I/O of its own, the same when run again.</param>
    /// <param name="cancellationToken">Given up only while the write has not begun.</param>
    public abstract Task<T> WriteAsync<T>(Func<SqlSession, ValueTask<T>> write, CancellationToken cancellationToken);

    /// <summary>
    /// Runs <paramref name="read"/> on one consistent snapshot that holds every write whose task has completed.
    /// </summary>
    /// <param name="read">Statements that change nothing; awaits nothing but its session.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    public abstract Task<T> ReadAsync<T>(Func<SqlSession, ValueTask<T>> read, CancellationToken cancellationToken);

    /// <summary>
    /// A number greater than all in <paramref name="column"/> of <paramref name="table"/> and than all that were handed
    /// out before while it could have been stored. Gaps happen.
    /// </summary>
    /// <param name="table">Table, a constant of the program.</param>
    /// <param name="column">Its number column.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public abstract ValueTask<long> AllocateAsync(string table, string column, CancellationToken cancellationToken);

    /// <summary>True when other servers may be on this database too.</summary>
    public abstract bool IsShared { get; }

    /// <summary>
    /// Tells the other servers on this database, soon after and at least once. News say where to look; they carry no state,
    /// and are told after the commit they are about.
    /// </summary>
    /// <param name="news">A short word without line ends.</param>
    public abstract void Tell(string news);

    /// <summary>
    /// Hears what other servers tell from now on, on a thread that must not be held up.
    /// </summary>
    /// <param name="heard">Takes the news; <c>null</c> = some may have been missed, look everywhere.</param>
    public abstract void Hear(Action<string?> heard);

    /// <summary>
    /// Takes a duty that one server does for all, or finds it still taken by this one; false while another has it. A server
    /// that dies or loses the database loses its duties, so what is done under one must bear being done twice at once.
    /// </summary>
    /// <param name="duty">Name of the duty.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public abstract ValueTask<bool> HoldAsync(string duty, CancellationToken cancellationToken);

    /// <summary>Closes after the writes that were accepted.</summary>
    public abstract ValueTask DisposeAsync();
}
