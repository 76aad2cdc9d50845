using System.IO.Compression;
using System.Text;
using Kiln.Server.Logs.Lines;

namespace Kiln.Server.Logs.Packed;

/// <summary>What lies beside the frames of a packed log: where frames and lines are, arrival times, sections.</summary>
/// <param name="Length">Bytes of the log.</param>
/// <param name="Frames">Every one holds <see cref="LogPacker.FrameBytes"/> bytes of the log, the last one the rest.</param>
/// <param name="Times">Arrival times.</param>
/// <param name="Sections">Sections.</param>
internal sealed record LogIndex(long Length, IReadOnlyList<PackedFrame> Frames, LogTimes Times, LogSections Sections)
{
    private const int Version = 1;

    /// <summary>The index as it is stored: numbers as differences, compressed.</summary>
    public byte[] Write()
    {
        using var plain = new MemoryStream();
        using (var writer = new BinaryWriter(plain, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write7BitEncodedInt(Version);
            writer.Write7BitEncodedInt64(Length);
            WriteFrames(writer);
            WriteTimes(writer);
            WriteSections(writer);
        }
        using var stored = new MemoryStream();
        using (var packing = new BrotliStream(stored, CompressionLevel.Fastest, leaveOpen: true))
        {
            packing.Write(plain.GetBuffer().AsSpan(0, (int)plain.Length));
        }
        return stored.ToArray();
    }

    /// <exception cref="InvalidDataException">It is not one.</exception>
    public static LogIndex Read(ReadOnlyMemory<byte> stored)
    {
        using var unpacking = new BrotliStream(new MemoryStream(stored.ToArray(), writable: false), CompressionMode.Decompress);
        using var reader = new BinaryReader(unpacking, Encoding.UTF8);
        try
        {
            var version = reader.Read7BitEncodedInt();
            return version == Version
                ? new LogIndex(reader.Read7BitEncodedInt64(), ReadFrames(reader), ReadTimes(reader), ReadSections(reader))
                : throw new InvalidDataException($"A packed log has the format {version}, this Kiln reads {Version}.");
        }
        catch (Exception broken) when (broken is EndOfStreamException or FormatException or InvalidOperationException)
        {
            throw new InvalidDataException("The index of a packed log is damaged.", broken);
        }
    }

    /// <summary>The last frame that begins at or before an offset and has no more line ends before it; -1 = none.</summary>
    public int FrameBefore(long offset, long lineEnds)
    {
        var (low, high) = (0, (int)Math.Min(Frames.Count, (offset / LogPacker.FrameBytes) + 1));
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Frames[middle].LineEnds <= lineEnds)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }
        return low - 1;
    }

    private void WriteFrames(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt(Frames.Count);
        var lineEnds = 0L;
        foreach (var frame in Frames)
        {
            writer.Write7BitEncodedInt(frame.Length);
            writer.Write7BitEncodedInt64(frame.LineEnds - lineEnds);
            writer.Write(frame.Checksum);
            lineEnds = frame.LineEnds;
        }
    }

    private static PackedFrame[] ReadFrames(BinaryReader reader)
    {
        var frames = new PackedFrame[reader.Read7BitEncodedInt()];
        var (start, lineEnds) = (0L, 0L);
        for (var i = 0; i < frames.Length; i++)
        {
            var length = reader.Read7BitEncodedInt();
            lineEnds += reader.Read7BitEncodedInt64();
            frames[i] = new PackedFrame(start, length, lineEnds, reader.ReadUInt32());
            start += length;
        }
        return frames;
    }

    private void WriteTimes(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt(Times.Count);
        var (before, at) = (0L, 0L);
        for (var i = 0; i < Times.Count; i++)
        {
            var mark = Times[i];
            writer.Write7BitEncodedInt64(mark.End - before);
            writer.Write7BitEncodedInt64(mark.AtMs - at);
            (before, at) = mark;
        }
    }

    private static LogTimes ReadTimes(BinaryReader reader)
    {
        var count = reader.Read7BitEncodedInt();
        var (ends, at) = (new long[count], new long[count]);
        for (var i = 0; i < count; i++)
        {
            ends[i] = (i == 0 ? 0 : ends[i - 1]) + reader.Read7BitEncodedInt64();
            at[i] = (i == 0 ? 0 : at[i - 1]) + reader.Read7BitEncodedInt64();
        }
        return LogTimes.Of(ends, at);
    }

    private void WriteSections(BinaryWriter writer)
    {
        writer.Write(Sections.IsTruncated);
        writer.Write7BitEncodedInt(Sections.Items.Count);
        foreach (var section in Sections.Items)
        {
            writer.Write(section.Name);
            writer.Write(section.Title);
            writer.Write7BitEncodedInt(section.Depth);
            writer.Write(section.IsCollapsed);
            foreach (var number in (long[])[
                section.StartLine, section.EndLine, section.LogStart, section.LogEnd, section.StartedAt, section.EndedAt])
            {
                writer.Write7BitEncodedInt64(number);
            }
        }
    }

    private static LogSections ReadSections(BinaryReader reader)
    {
        var isTruncated = reader.ReadBoolean();
        var sections = new LogSection[reader.Read7BitEncodedInt()];
        for (var i = 0; i < sections.Length; i++)
        {
            sections[i] = new LogSection(reader.ReadString(), reader.ReadString(), reader.Read7BitEncodedInt(), reader.ReadBoolean())
            {
                StartLine = reader.Read7BitEncodedInt64(),
                EndLine = reader.Read7BitEncodedInt64(),
                LogStart = reader.Read7BitEncodedInt64(),
                LogEnd = reader.Read7BitEncodedInt64(),
                StartedAt = reader.Read7BitEncodedInt64(),
                EndedAt = reader.Read7BitEncodedInt64(),
            };
        }
        return new LogSections(sections, isTruncated);
    }
}
