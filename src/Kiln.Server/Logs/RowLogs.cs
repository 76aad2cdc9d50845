using Kiln.Server.Logs.Packed;
using Kiln.Server.Storage;

namespace Kiln.Server.Logs;

/// <summary>Logs as rows of the database. An append is durable when it returns.</summary>
public sealed class RowLogs(Database database, TimeProvider time) : LogStore
{
    // A row that is smaller takes the next bytes in: a log that trickles does not become a row for each line.
    internal const int SmallRow = 8 * 1024;

    // The database compresses a log of few rows by itself.
    private const long SmallLog = 32 * 1024;

    private const string Last = """
        select start, stop, line, line_ends from log_chunks where run_id = @1 and attempt = @2 order by start desc limit 1
        """;

    private const string Insert = """
        insert into log_chunks (run_id, attempt, start, stop, bytes, line, line_ends, times)
        values (@1, @2, @3, @4, @5, @6, @7, @8)
        """;

    private const string Lengthen = """
        update log_chunks set stop = @4, bytes = bytes || @5, line_ends = line_ends + @6, times = times || @7
        where run_id = @1 and attempt = @2 and start = @3
        """;

    private const string KeepFrame =
        "insert into log_frames (run_id, attempt, frame, bytes) values (@1, @2, @3, @4)";

    private const string KeepIndex =
        "insert into log_indexes (run_id, attempt, frames) values (@1, @2, @3)";

    private const string PackedSize =
        "select sum(length(bytes)) from log_frames where run_id = @1 and attempt = @2";

    public override async ValueTask<long> AppendAsync(
        LogKey key, long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (bytes.IsEmpty)
        {
            return await LengthAsync(key, cancellationToken);
        }
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return await database.WriteAsync(session => AppendAsync(session, key, offset, bytes, now), cancellationToken);
    }

    public override async ValueTask<long> LengthAsync(LogKey key, CancellationToken cancellationToken)
    {
        using var reader = Read(key);
        return await reader.LengthAsync(cancellationToken);
    }

    // Every append was a commit.
    public override ValueTask SyncAsync(LogKey key, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public override ValueTask SealAsync(LogKey key, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public override LogReader Read(LogKey key) => new RowLogReader(database, key);

    public override async ValueTask<long> PackAsync(LogKey key, CancellationToken cancellationToken)
    {
        var length = (await database.ReadAsync(session => LastAsync(session, key), cancellationToken))?.Stop;
        if (length is not > SmallLog)
        {
            return length ?? await SizeAsync(key, cancellationToken);
        }
        // Frames without an index are what a packing left that was cut off.
        await DeleteAsync("log_frames", key, cancellationToken);
        using var log = new RowLogReader(database, key);
        var (number, size) = (0, 0L);
        var index = await LogPacker.PackAsync(
            log,
            length.Value,
            async bytes =>
            {
                var (frame, copy) = (number++, bytes.ToArray());
                size += copy.Length;
                await database.WriteAsync(
                    session => session.ExecuteAsync(KeepFrame, key.RunId, key.Attempt, frame, copy), cancellationToken);
            },
            cancellationToken);
        var written = index.Write();
        await database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync(KeepIndex, key.RunId, key.Attempt, written);
                return await DeleteAsync(session, "log_chunks", key);
            },
            cancellationToken);
        return size + written.Length;
    }

    public override async ValueTask RemoveAsync(LogKey key, CancellationToken cancellationToken) => await database.WriteAsync(
        async session =>
        {
            await DeleteAsync(session, "log_indexes", key);
            await DeleteAsync(session, "log_frames", key);
            return await DeleteAsync(session, "log_chunks", key);
        },
        cancellationToken);

    internal static ValueTask<Row?> LastAsync(SqlSession session, LogKey key) =>
        session.FindAsync(Last, Map, key.RunId, key.Attempt);

    private static async ValueTask<long> AppendAsync(
        SqlSession session, LogKey key, long offset, ReadOnlyMemory<byte> bytes, long now)
    {
        var last = await LastAsync(session, key) ?? new Row(0, 0, 0, 0);
        var known = last.Stop - offset;
        if (known < 0 || known >= bytes.Length)
        {
            return last.Stop;
        }
        var fresh = bytes[(int)known..].ToArray();
        var stop = last.Stop + fresh.Length;
        var lineEnds = (long)fresh.AsSpan().Count((byte)'\n');
        var mark = new byte[LogTimes.MarkBytes];
        LogTimes.Write(stop, now, mark);
        if (last.Stop > last.Start && last.Stop - last.Start < SmallRow)
        {
            await session.ExecuteAsync(Lengthen, key.RunId, key.Attempt, last.Start, stop, fresh, lineEnds, mark);
        }
        else
        {
            await session.ExecuteAsync(
                Insert, key.RunId, key.Attempt, last.Stop, stop, fresh, last.Line + last.LineEnds, lineEnds, mark);
        }
        return stop;
    }

    private async ValueTask<long> SizeAsync(LogKey key, CancellationToken cancellationToken) =>
        await database.ReadAsync(session => session.NumberAsync(PackedSize, key.RunId, key.Attempt), cancellationToken) ?? 0;

    private Task<int> DeleteAsync(string table, LogKey key, CancellationToken cancellationToken) =>
        database.WriteAsync(session => DeleteAsync(session, table, key), cancellationToken);

    private static ValueTask<int> DeleteAsync(SqlSession session, string table, LogKey key) =>
        session.ExecuteAsync($"delete from {table} where run_id = @1 and attempt = @2", key.RunId, key.Attempt);

    private static Row Map(SqlRow row) =>
        new(row.GetInt64(0), row.GetInt64(1), row.IsNull(2) ? null : row.GetInt64(2), row.GetInt64(3));

    /// <summary>A row without its bytes; the line is unknown in logs begun by an older Kiln.</summary>
    internal sealed record Row(long Start, long Stop, long? Line, long LineEnds);
}
