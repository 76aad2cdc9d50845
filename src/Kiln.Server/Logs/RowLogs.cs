using System.Data.Common;
using Kiln.Server.Storage;

namespace Kiln.Server.Logs;

/// <summary>Logs as rows of the database. An append is durable when it returns.</summary>
public sealed class RowLogs(Database database) : LogStore
{
    // A row that is smaller takes the next bytes in: a log that trickles does not become a row for each line.
    internal const int SmallRow = 8 * 1024;

    private const string Last =
        "select start, stop from log_chunks where run_id = @1 and attempt = @2 order by start desc limit 1";

    private const string Insert = "insert into log_chunks (run_id, attempt, start, stop, bytes) values (@1, @2, @3, @4, @5)";

    private const string Lengthen =
        "update log_chunks set stop = @4, bytes = bytes || @5 where run_id = @1 and attempt = @2 and start = @3";

    public override async ValueTask<long> AppendAsync(
        LogKey key, long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (bytes.IsEmpty)
        {
            return await LengthAsync(key, cancellationToken);
        }
        return await database.WriteAsync(session => AppendAsync(session, key, offset, bytes), cancellationToken);
    }

    public override async ValueTask<long> LengthAsync(LogKey key, CancellationToken cancellationToken) =>
        (await database.ReadAsync(session => LastAsync(session, key), cancellationToken)).Stop;

    public override ValueTask SealAsync(LogKey key, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public override LogReader Read(LogKey key) => new RowLogReader(database, key);

    internal static async ValueTask<Row> LastAsync(SqlSession session, LogKey key) =>
        await session.FindAsync(Last, Map, key.RunId, key.Attempt) ?? new Row(0, 0);

    private static async ValueTask<long> AppendAsync(
        SqlSession session, LogKey key, long offset, ReadOnlyMemory<byte> bytes)
    {
        var last = await LastAsync(session, key);
        var known = last.Stop - offset;
        if (known < 0 || known >= bytes.Length)
        {
            return last.Stop;
        }
        var fresh = bytes[(int)known..].ToArray();
        var stop = last.Stop + fresh.Length;
        var joins = last.Stop > last.Start && last.Stop - last.Start < SmallRow;
        await session.ExecuteAsync(
            joins ? Lengthen : Insert, key.RunId, key.Attempt, joins ? last.Start : last.Stop, stop, fresh);
        return stop;
    }

    private static Row Map(DbDataReader row) => new(row.GetInt64(0), row.GetInt64(1));

    internal sealed record Row(long Start, long Stop);
}
