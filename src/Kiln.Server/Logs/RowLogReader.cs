using Kiln.Server.Logs.Lines;
using Kiln.Server.Logs.Packed;
using Kiln.Server.Storage;

namespace Kiln.Server.Logs;

/// <summary>
/// Reads a log from its rows, a row for a question; finished rows are kept. When the rows are gone it goes on with the frames
/// that they were packed into.
/// </summary>
internal sealed class RowLogReader(Database database, LogKey key) : LogReader
{
    private const string At = """
        select start, bytes from log_chunks where run_id = @1 and attempt = @2 and start <= @3 order by start desc limit 1
        """;

    private const string Place = """
        select start, line from log_chunks where run_id = @1 and attempt = @2 and start <= @3 and line <= @4
        order by start desc limit 1
        """;

    private Piece _piece = new(0, []);
    private LogReader? _packed;

    public override async ValueTask<long> LengthAsync(CancellationToken cancellationToken)
    {
        if (_packed is null
            && await database.ReadAsync(session => RowLogs.LastAsync(session, key), cancellationToken) is { } last)
        {
            return last.Stop;
        }
        return await PackedAsync(cancellationToken) is { } packed ? await packed.LengthAsync(cancellationToken) : 0;
    }

    public override async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var read = 0;
        while (read < buffer.Length && _packed is null)
        {
            if (await PieceAsync(offset + read, cancellationToken) is not { } piece)
            {
                await PackedAsync(cancellationToken);
                break;
            }
            var copied = piece.Copy(offset + read, buffer.Span[read..]);
            if (copied == 0)
            {
                break;
            }
            read += copied;
        }
        return read == 0 && _packed is not null ? await _packed.ReadAsync(offset, buffer, cancellationToken) : read;
    }

    public override async ValueTask<LinePlace> PlaceAsync(long offset, long lineEnds, CancellationToken cancellationToken)
    {
        var row = _packed is not null ? null : await database.ReadAsync(
            session => session.FindAsync(
                Place, static row => new Known(row.GetInt64(0), row.GetInt64(1)), key.RunId, key.Attempt, offset, lineEnds),
            cancellationToken);
        return row is not null ? new LinePlace(row.Start, row.Line)
            : await PackedAsync(cancellationToken) is { } packed ? await packed.PlaceAsync(offset, lineEnds, cancellationToken)
            : default;
    }

    public override async ValueTask<LogTimes> TimesAsync(CancellationToken cancellationToken)
    {
        if (await PackedAsync(cancellationToken) is { } packed)
        {
            return await packed.TimesAsync(cancellationToken);
        }
        var rows = await database.ReadAsync(
            session => session.QueryAsync(
                "select times from log_chunks where run_id = @1 and attempt = @2 and times is not null order by start",
                static row => row.GetBytes(0), key.RunId, key.Attempt),
            cancellationToken);
        return LogTimes.Read(rows.SelectMany(static marks => marks).ToArray());
    }

    public override async ValueTask<LogSections?> SectionsAsync(CancellationToken cancellationToken) =>
        await PackedAsync(cancellationToken) is { } packed ? await packed.SectionsAsync(cancellationToken) : null;

    public override void Dispose() => _packed?.Dispose();

    private async ValueTask<Piece?> PieceAsync(long offset, CancellationToken cancellationToken)
    {
        if (_piece.IsFinished && _piece.Holds(offset))
        {
            return _piece;
        }
        var piece = await database.ReadAsync(
            session => session.FindAsync(
                At,
                static row => new Piece(row.GetInt64(0), row.GetBytes(1)),
                key.RunId, key.Attempt, offset),
            cancellationToken);
        _piece = piece ?? _piece;
        return piece;
    }

    private async ValueTask<LogReader?> PackedAsync(CancellationToken cancellationToken)
    {
        var index = _packed is not null ? null : await database.ReadAsync(
            session => session.FindAsync(
                "select frames from log_indexes where run_id = @1 and attempt = @2",
                static row => LogIndex.Read(row.GetBytes(0)), key.RunId, key.Attempt),
            cancellationToken);
        return _packed ??= index is null ? null : new Frames(database, key, index);
    }

    private sealed record Known(long Start, long Line);

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

    private sealed class Frames(Database database, LogKey key, LogIndex index) : PackedLogReader(index)
    {
        protected override async ValueTask<ReadOnlyMemory<byte>> PackedAsync(
            int number, PackedFrame frame, CancellationToken cancellationToken) => await database.ReadAsync(
                session => session.FindAsync(
                    "select bytes from log_frames where run_id = @1 and attempt = @2 and frame = @3",
                    static row => row.GetBytes(0), key.RunId, key.Attempt, number),
                cancellationToken) ?? throw new InvalidDataException($"Frame {number} of a packed log is missing.");
    }
}
