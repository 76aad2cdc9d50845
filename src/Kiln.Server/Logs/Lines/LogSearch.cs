using System.Buffers;
using System.Text;

namespace Kiln.Server.Logs.Lines;

/// <summary>What is searched for in a log.</summary>
/// <param name="Text">Text that a line must hold, not empty.</param>
/// <param name="IgnoresCase">Whether ASCII letters of either case are the same.</param>
/// <param name="Context">Lines to show before and behind each one.</param>
/// <param name="Limit">Most lines to find.</param>
public sealed record LogSearchQuery(string Text, bool IgnoresCase, int Context, int Limit);

/// <summary>A line that holds the text.</summary>
/// <param name="Line">Its number in the whole log, from 1.</param>
/// <param name="Offset">Where the text stands in the log.</param>
/// <param name="Text">The line, or of a long one the part around the text.</param>
/// <param name="Before">Lines before it.</param>
/// <param name="After">Lines behind it.</param>
public sealed record LogMatch(
    long Line, long Offset, string Text, IReadOnlyList<string> Before, IReadOnlyList<string> After);

/// <summary>What was found.</summary>
/// <param name="Matches">In the order of the log.</param>
/// <param name="NextLine">Where to go on, since there is more than one answer holds; <c>null</c> = that is all.</param>
public sealed record LogMatches(IReadOnlyList<LogMatch> Matches, long? NextLine);

/// <summary>
/// Searches a log piece by piece: memory does not grow with the log, with its lines, or with what is found, for an answer has
/// a bound.
/// </summary>
public sealed class LogSearch
{
    private const int PieceBytes = 256 * 1024;
    private const int LongestLine = 1024;
    private const int Lead = 200;
    private const int LongestAnswer = 1024 * 1024;

    private readonly LogSearchQuery _query;
    private readonly byte[] _pattern;
    private readonly List<LogMatch> _matches = [];
    private readonly List<(List<string> After, int Missing)> _unfinished = [];
    private readonly List<string> _tail = [];
    private byte[] _folded = [];
    private long _lineEnds;
    private bool _isInsideLine;
    private long? _nextLine;
    private int _answer;

    private LogSearch(LogSearchQuery query)
    {
        _query = query;
        _pattern = Encoding.UTF8.GetBytes(query.Text);
        if (query.IgnoresCase)
        {
            Fold(_pattern, _pattern);
        }
    }

    /// <summary>Searches between two offsets; the first is the beginning of a line.</summary>
    /// <param name="log">The log.</param>
    /// <param name="query">What for.</param>
    /// <param name="from">Where to begin.</param>
    /// <param name="to">Where to end.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<LogMatches> RunAsync(
        LogReader log, LogSearchQuery query, long from, long to, CancellationToken cancellationToken)
    {
        var search = new LogSearch(query) { _lineEnds = await LogLines.EndsBeforeAsync(log, from, cancellationToken) };
        await search.RunAsync(log, from, to, cancellationToken);
        return new LogMatches(search._matches, search._nextLine);
    }

    private async Task RunAsync(LogReader log, long from, long to, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes + _pattern.Length);
        _folded = _query.IgnoresCase ? ArrayPool<byte>.Shared.Rent(buffer.Length) : [];
        try
        {
            var held = 0;
            for (var start = from; ;)
            {
                var wanted = (int)Math.Clamp(to - start - held, 0, buffer.Length - held);
                var read = await log.FillAsync(start + held, buffer.AsMemory(held, wanted), cancellationToken);
                held += read;
                var isLast = read < wanted || start + held >= to;
                var cut = Cut(buffer.AsSpan(0, held), isLast);
                Piece(buffer.AsSpan(0, held), cut, start);
                if (isLast || (_nextLine is not null && _unfinished.Count == 0))
                {
                    return;
                }
                buffer.AsSpan(cut, held - cut).CopyTo(buffer);
                start += cut;
                held -= cut;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (_query.IgnoresCase)
            {
                ArrayPool<byte>.Shared.Return(_folded);
            }
        }
    }

    // Whole lines as long as there are any; of a line longer than the buffer all but what may be half a match.
    private int Cut(ReadOnlySpan<byte> held, bool isLast)
    {
        if (isLast)
        {
            return held.Length;
        }
        var lines = held.LastIndexOf((byte)'\n') + 1;
        return lines > 0 ? lines : held.Length - _pattern.Length + 1;
    }

    /// <summary>Looks through <paramref name="held"/> for what begins before <paramref name="cut"/>.</summary>
    private void Piece(ReadOnlySpan<byte> held, int cut, long start)
    {
        FinishEarlier(held[..cut]);
        var searched = held;
        if (_query.IgnoresCase)
        {
            Fold(held, _folded);
            searched = _folded.AsSpan(0, held.Length);
        }
        var (position, counted) = (0, 0);
        while (_nextLine is null && position < cut)
        {
            var hit = searched[position..].IndexOf(_pattern);
            if (hit < 0 || position + hit >= cut)
            {
                break;
            }
            hit += position;
            var lineStart = held[..hit].LastIndexOf((byte)'\n') + 1;
            var feed = held[hit..].IndexOf((byte)'\n');
            var lineEnd = feed < 0 ? held.Length : hit + feed;
            _lineEnds += held[counted..lineStart].Count((byte)'\n');
            counted = lineStart;
            Found(held, (lineStart, hit, lineEnd), start, held[..cut]);
            position = lineEnd + 1;
        }
        _lineEnds += held[counted..cut].Count((byte)'\n');
        KeepTail(held[..cut]);
        _isInsideLine = cut > 0 ? held[cut - 1] != '\n' : _isInsideLine;
    }

    private void Found(ReadOnlySpan<byte> held, (int Start, int Hit, int End) line, long start, ReadOnlySpan<byte> whole)
    {
        if (_matches.Count > 0 && _matches[^1].Line == _lineEnds + 1)
        {
            return; // Another part of the same long line.
        }
        if (_matches.Count == _query.Limit || _answer > LongestAnswer)
        {
            _nextLine = _lineEnds + 1;
            return;
        }
        var after = new List<string>(_query.Context);
        var match = new LogMatch(
            _lineEnds + 1, start + line.Hit, Shown(held, line), Before(held[..line.Start]), after);
        _matches.Add(match);
        _answer += match.Text.Length + match.Before.Sum(static text => text.Length);
        var behind = line.End + 1;
        var missing = TakeLines(behind < whole.Length ? whole[behind..] : default, _query.Context, after);
        if (missing > 0)
        {
            _unfinished.Add((after, missing));
        }
    }

    private void FinishEarlier(ReadOnlySpan<byte> piece)
    {
        if (_isInsideLine)
        {
            var feed = piece.IndexOf((byte)'\n');
            piece = feed < 0 ? default : piece[(feed + 1)..];
        }
        for (var i = _unfinished.Count - 1; i >= 0; i--)
        {
            var (after, missing) = _unfinished[i];
            missing = TakeLines(piece, missing, after);
            if (missing == 0)
            {
                _unfinished.RemoveAt(i);
            }
            else
            {
                _unfinished[i] = (after, missing);
            }
        }
    }

    private int TakeLines(ReadOnlySpan<byte> piece, int count, List<string> lines)
    {
        for (; count > 0 && !piece.IsEmpty; count--)
        {
            var feed = piece.IndexOf((byte)'\n');
            lines.Add(Text(feed < 0 ? piece : piece[..feed]));
            _answer += lines[^1].Length;
            piece = feed < 0 ? default : piece[(feed + 1)..];
        }
        return count;
    }

    private List<string> Before(ReadOnlySpan<byte> held)
    {
        var lines = LastLines(held);
        lines.InsertRange(0, _tail.Skip(Math.Max(0, _tail.Count - (_query.Context - lines.Count))));
        return lines;
    }

    private void KeepTail(ReadOnlySpan<byte> piece)
    {
        var lines = LastLines(piece);
        _tail.AddRange(lines);
        _tail.RemoveRange(0, Math.Max(0, _tail.Count - _query.Context));
    }

    /// <summary>The last lines of a piece that ends with a line.</summary>
    private List<string> LastLines(ReadOnlySpan<byte> piece)
    {
        var lines = new List<string>(_query.Context);
        while (lines.Count < _query.Context && !piece.IsEmpty)
        {
            var line = piece[^1] == '\n' ? piece[..^1] : piece;
            var start = line.LastIndexOf((byte)'\n') + 1;
            lines.Add(Text(line[start..]));
            piece = piece[..start];
        }
        lines.Reverse();
        return lines;
    }

    private static string Shown(ReadOnlySpan<byte> held, (int Start, int Hit, int End) line)
    {
        var start = line.End - line.Start <= LongestLine ? line.Start : Math.Max(line.Start, line.Hit - Lead);
        return Text(held[start..line.End]);
    }

    private static string Text(ReadOnlySpan<byte> line) =>
        Encoding.UTF8.GetString(line[..Math.Min(line.Length, LongestLine)]).TrimEnd('\r');

    private static void Fold(ReadOnlySpan<byte> bytes, Span<byte> folded)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            folded[i] = bytes[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(bytes[i] | 0x20) : bytes[i];
        }
    }
}
