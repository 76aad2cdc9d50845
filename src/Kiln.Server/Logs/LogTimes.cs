using System.Buffers.Binary;

namespace Kiln.Server.Logs;

/// <summary>
/// When the bytes of a log arrived at the server, kept beside them as marks of 16 bytes: an offset, and the time at which
/// everything before it was there. A time is that of the report which brought the byte.
/// </summary>
public sealed class LogTimes
{
    /// <summary>Bytes of a mark.</summary>
    public const int MarkBytes = 16;

    private readonly long[] _ends;
    private readonly long[] _at;

    private LogTimes(long[] ends, long[] at) => (_ends, _at) = (ends, at);

    /// <summary>Nothing is known.</summary>
    public static LogTimes Unknown { get; } = new([], []);

    /// <summary>Marks.</summary>
    public int Count => _ends.Length;

    /// <summary>A mark.</summary>
    public (long End, long AtMs) this[int index] => (_ends[index], _at[index]);

    /// <summary>Writes a mark.</summary>
    /// <param name="end">Behind the bytes it speaks of.</param>
    /// <param name="atMs">Unix milliseconds.</param>
    /// <param name="mark">Takes it.</param>
    public static void Write(long end, long atMs, Span<byte> mark)
    {
        BinaryPrimitives.WriteInt64LittleEndian(mark, end);
        BinaryPrimitives.WriteInt64LittleEndian(mark[8..], atMs);
    }

    /// <summary>Reads marks one behind the other; half a one at the end is left out.</summary>
    public static LogTimes Read(ReadOnlySpan<byte> marks)
    {
        var (ends, at) = (new long[marks.Length / MarkBytes], new long[marks.Length / MarkBytes]);
        for (var i = 0; i < ends.Length; i++)
        {
            ends[i] = BinaryPrimitives.ReadInt64LittleEndian(marks[(i * MarkBytes)..]);
            at[i] = BinaryPrimitives.ReadInt64LittleEndian(marks[((i * MarkBytes) + 8)..]);
        }
        return Of(ends, at);
    }

    /// <summary>Marks in the order of their offsets.</summary>
    public static LogTimes Of(long[] ends, long[] at) => ends.Length == 0 ? Unknown : new LogTimes(ends, at);

    /// <summary>When the byte at an offset arrived, Unix milliseconds; 0 = not known.</summary>
    public long At(long offset)
    {
        var index = Array.BinarySearch(_ends, offset + 1);
        index = index < 0 ? ~index : index;
        return index < _at.Length ? _at[index] : 0;
    }

    /// <summary>The same with at most so many marks: of a log of days every so manyth is enough.</summary>
    public LogTimes Thinned(int most)
    {
        if (Count <= most)
        {
            return this;
        }
        var step = (Count + most - 1) / most;
        var (ends, at) = (new List<long>(most + 1), new List<long>(most + 1));
        for (var i = step - 1; i < Count; i += step)
        {
            ends.Add(_ends[i]);
            at.Add(_at[i]);
        }
        if (ends.Count == 0 || ends[^1] != _ends[^1])
        {
            ends.Add(_ends[^1]);
            at.Add(_at[^1]);
        }
        return new LogTimes([.. ends], [.. at]);
    }
}
