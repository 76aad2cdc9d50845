using System.Buffers;
using Kiln.Server.Logs.Lines;

namespace Kiln.Server.Logs.Packed;

/// <summary>Reads a packed log, unpacking one frame at a time.</summary>
internal abstract class PackedLogReader(LogIndex index) : LogReader
{
    private byte[]? _plain;
    private int _frame = -1;
    private int _size;

    public override ValueTask<long> LengthAsync(CancellationToken cancellationToken) => ValueTask.FromResult(index.Length);

    public override async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (offset >= index.Length || buffer.IsEmpty)
        {
            return 0;
        }
        var frame = (int)(offset / LogPacker.FrameBytes);
        if (frame != _frame)
        {
            await UnpackAsync(frame, cancellationToken);
        }
        var within = (int)(offset % LogPacker.FrameBytes);
        var length = Math.Min(buffer.Length, _size - within);
        _plain.AsSpan(within, length).CopyTo(buffer.Span);
        return length;
    }

    public override ValueTask<LinePlace> PlaceAsync(long offset, long lineEnds, CancellationToken cancellationToken)
    {
        var frame = index.FrameBefore(offset, lineEnds);
        return ValueTask.FromResult(
            frame < 0 ? default : new LinePlace((long)frame * LogPacker.FrameBytes, index.Frames[frame].LineEnds));
    }

    public override ValueTask<LogTimes> TimesAsync(CancellationToken cancellationToken) => ValueTask.FromResult(index.Times);

    public override ValueTask<LogSections?> SectionsAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<LogSections?>(index.Sections);

    public override void Dispose()
    {
        if (_plain is not null)
        {
            ArrayPool<byte>.Shared.Return(_plain);
            _plain = null;
        }
    }

    /// <summary>The packed bytes of a frame; good until the next call.</summary>
    protected abstract ValueTask<ReadOnlyMemory<byte>> PackedAsync(
        int number, PackedFrame frame, CancellationToken cancellationToken);

    private async ValueTask UnpackAsync(int number, CancellationToken cancellationToken)
    {
        var frame = index.Frames[number];
        _plain ??= ArrayPool<byte>.Shared.Rent(LogPacker.FrameBytes);
        _frame = -1;
        _size = LogPacker.Unpack((await PackedAsync(number, frame, cancellationToken)).Span, frame, _plain);
        _frame = number;
    }
}
