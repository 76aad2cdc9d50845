using System.Globalization;
using System.Text;

namespace Kiln.Server.Logs.Lines;

/// <summary>
/// Finds sections in a log that comes in pieces, in both dialects: <c>::group::TITLE</c> … <c>::endgroup::</c>, and
/// <c>section_start:TIME:NAME[collapsed=true] CR ESC[0K TITLE</c> … <c>section_end:TIME:NAME CR ESC[0K</c>. Keeps no more of a line than
/// a mark can be long.
/// </summary>
public sealed class SectionScanner
{
    private const int LongestMark = 1024;
    private const int MostSections = 10_000;
    private const int LongestTitle = 200;
    private const byte Escape = 0x1b;

    private readonly List<LogSection> _sections = [];
    private readonly List<int> _open = [];
    private readonly byte[] _head = new byte[LongestMark];
    private int _headLength;
    private long _line = 1;
    private long _lineStart;
    private long _offset;
    private bool _isTruncated;

    private static ReadOnlySpan<byte> Group => "::group::"u8;
    private static ReadOnlySpan<byte> EndGroup => "::endgroup::"u8;
    private static ReadOnlySpan<byte> Start => "section_start:"u8;
    private static ReadOnlySpan<byte> End => "section_end:"u8;
    private static ReadOnlySpan<byte> EraseLine => "\x1b[0K"u8;

    /// <summary>Takes the next bytes.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            var part = end < 0 ? bytes : bytes[..end];
            var kept = part[..Math.Min(part.Length, LongestMark - _headLength)];
            if (_headLength > 0 || end < 0)
            {
                kept.CopyTo(_head.AsSpan(_headLength));
                _headLength += kept.Length;
                kept = _head.AsSpan(0, _headLength);
            }
            _offset += end < 0 ? part.Length : end + 1;
            if (end < 0)
            {
                return;
            }
            Line(kept);
            _headLength = 0;
            _line++;
            _lineStart = _offset;
            bytes = bytes[(end + 1)..];
        }
    }

    /// <summary>What was found, after the last byte.</summary>
    public LogSections Finish()
    {
        Line(_head.AsSpan(0, _headLength));
        _headLength = 0;
        return new LogSections(_sections, _isTruncated);
    }

    private void Line(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty || line[0] is not ((byte)':' or Escape or (byte)'s' or (byte)'\r'))
        {
            return;
        }
        line = WithoutErasing(line);
        if (line.StartsWith(Group))
        {
            Open("", Title(line[Group.Length..]), isCollapsed: false, startedAt: 0);
        }
        else if (line.StartsWith(EndGroup))
        {
            Close("", endedAt: 0);
        }
        else
        {
            Marks(line);
        }
    }

    // One line may close a section and open the next.
    private void Marks(ReadOnlySpan<byte> line)
    {
        while (true)
        {
            var isStart = line.StartsWith(Start);
            if (!isStart && !line.StartsWith(End))
            {
                return;
            }
            line = line[(isStart ? Start.Length : End.Length)..];
            var colon = line.IndexOf((byte)':');
            if (colon <= 0 || !long.TryParse(line[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out var at))
            {
                return;
            }
            line = line[(colon + 1)..];
            var end = line.IndexOf((byte)'\r');
            var mark = end < 0 ? line : line[..end];
            line = end < 0 ? default : WithoutErasing(line[end..]);
            var options = mark.IndexOf((byte)'[');
            var name = Encoding.UTF8.GetString(options < 0 ? mark : mark[..options]);
            if (name.Length == 0)
            {
                return;
            }
            if (!isStart)
            {
                Close(name, at);
                continue;
            }
            var isCollapsed = options >= 0 && mark[options..].IndexOf("collapsed=true"u8) >= 0;
            var hasTitle = !line.StartsWith(Start) && !line.StartsWith(End);
            Open(name, hasTitle && Title(line) is { Length: > 0 } title ? title : name, isCollapsed, at);
        }
    }

    private void Open(string name, string title, bool isCollapsed, long startedAt)
    {
        if (_sections.Count == MostSections)
        {
            _isTruncated = true;
            return;
        }
        _open.Add(_sections.Count);
        _sections.Add(new LogSection(name, title, _open.Count - 1, isCollapsed)
        {
            StartLine = _line, LogStart = _lineStart, StartedAt = startedAt,
        });
    }

    // What was opened inside and not closed ends with it.
    private void Close(string name, long endedAt)
    {
        var place = _open.FindLastIndex(index => _sections[index].Name == name);
        if (place < 0)
        {
            return;
        }
        foreach (var index in _open.Skip(place))
        {
            _sections[index] = _sections[index] with { EndLine = _line, LogEnd = _offset, EndedAt = endedAt };
        }
        _open.RemoveRange(place, _open.Count - place);
    }

    private static ReadOnlySpan<byte> WithoutErasing(ReadOnlySpan<byte> line)
    {
        while (true)
        {
            if (line.StartsWith(EraseLine))
            {
                line = line[EraseLine.Length..];
            }
            else if (!line.IsEmpty && line[0] == '\r')
            {
                line = line[1..];
            }
            else
            {
                return line;
            }
        }
    }

    // Colours are the terminal's; a title is text.
    private static string Title(ReadOnlySpan<byte> bytes)
    {
        var title = new StringBuilder(Math.Min(bytes.Length, LongestTitle));
        var text = Encoding.UTF8.GetString(bytes);
        for (var i = 0; i < text.Length && title.Length < LongestTitle; i++)
        {
            if (text[i] == Escape && i + 1 < text.Length && text[i + 1] == '[')
            {
                i += 2;
                while (i < text.Length && text[i] is < '@' or > '~')
                {
                    i++;
                }
            }
            else if (!char.IsControl(text[i]))
            {
                title.Append(text[i]);
            }
        }
        return title.ToString().Trim();
    }
}
