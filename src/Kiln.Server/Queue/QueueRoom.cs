using Kiln.Server.Settings;
using Kiln.Server.Storage;

namespace Kiln.Server.Queue;

/// <summary>
/// Bounds the queue: beyond it new runs are refused instead of piling up. The store is counted only when half of the room
/// that the last count found is used up, so the bound is exact near it and costs nothing far from it.
/// </summary>
public sealed class QueueRoom(Database database, KilnOptions options)
{
    /// <summary>Seconds after which a refused client may try again.</summary>
    public const int RetryAfterSeconds = 5;

    private long _unasked;

    /// <summary>Runs that may wait at once.</summary>
    public int Most => options.MaxQueued;

    /// <summary>Whether one more run may wait.</summary>
    public async Task<bool> HasAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Decrement(ref _unasked) >= 0)
        {
            return true;
        }
        var free = options.MaxQueued - await database.ReadAsync(QueueSql.WaitingAsync, cancellationToken);
        Interlocked.Exchange(ref _unasked, Math.Max(0, free / 2));
        return free > 0;
    }
}
