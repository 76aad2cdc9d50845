using Kiln.Server.Storage;

namespace Kiln.Server.Logs;

/// <summary>Reads a log from its rows, a row for a question; finished rows are kept.</summary>
internal sealed class RowLogReader(Database database, LogKey key) : LogReader
{
    private const string At = """
        select start, bytes from log_chunks where run_id = @1 and attempt = @2 and start <= @3 order by start desc limit 1
        """;

    private Piece _piece = new(0, []);

    public override async ValueTask<long> LengthAsync(CancellationToken cancellationToken) =>
        (await database.ReadAsync(session => RowLogs.LastAsync(session, key), cancellationToken)).Stop;

    public override async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var read = 0;
        while (read < buffer.Length)
        {
            var piece = await PieceAsync(offset + read, cancellationToken);
            var copied = piece.Copy(offset + read, buffer.Span[read..]);
            if (copied == 0)
            {
                break;
            }
            read += copied;
        }
        return read;
    }

    public override void Dispose()
    {
        // Holds nothing of the database between two reads.
    }

    private async ValueTask<Piece> PieceAsync(long offset, CancellationToken cancellationToken)
    {
        if (_piece.IsFinished && _piece.Holds(offset))
        {
            return _piece;
        }
        return _piece = await database.ReadAsync(
            session => session.FindAsync(
                At,
                static row => new Piece(row.GetInt64(0), row.GetFieldValue<byte[]>(1)),
                key.RunId, key.Attempt, offset),
            cancellationToken) ?? _piece;
    }

    private sealed record Piece(long Start, byte[] Bytes)
    {
        /// <summary>It will not be lengthened any more.</summary>
        public bool IsFinished => Bytes.Length >= RowLogs.SmallRow;

        public bool Holds(long offset) => offset >= Start && offset < Start + Bytes.Length;

        public int Copy(long offset, Span<byte> buffer)
        {
            if (!Holds(offset))
            {
                return 0;
            }
            var rest = Bytes.AsSpan((int)(offset - Start));
            var length = Math.Min(rest.Length, buffer.Length);
            rest[..length].CopyTo(buffer);
            return length;
        }
    }
}
