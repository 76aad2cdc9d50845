using System.Text;

namespace Kiln.Exec.Outputs;

/// <summary>
/// What a script wrote to <c>$KILN_OUTPUT</c>:
/// <code>
/// NAME=value
/// NOTES&lt;&lt;END
/// several
/// lines
/// END
/// </code>
/// </summary>
internal static class OutputFile
{
    /// <summary>Reads every entry into <paramref name="values"/>; the last of one name wins.</summary>
    /// <returns>A sentence when something of it could not be read.</returns>
    public static string? Read(ReadOnlySpan<byte> content, IDictionary<string, string> values)
    {
        if (content.Contains((byte)0))
        {
            return "$KILN_OUTPUT holds a NUL byte: nothing of it was taken";
        }

        string? problem = null;
        var lines = Encoding.UTF8.GetString(content).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].TrimEnd('\r');
            var equals = line.IndexOf('=');
            var heredoc = line.IndexOf("<<", StringComparison.Ordinal);
            if (heredoc > 0 && (equals < 0 || heredoc < equals))
            {
                var end = EndOf(lines, i + 1, line[(heredoc + 2)..].Trim());
                if (end < 0)
                {
                    return $"line {i + 1} of $KILN_OUTPUT begins a value whose end is missing";
                }

                values[line[..heredoc].Trim()] = string.Join('\n', lines[(i + 1)..end].Select(l => l.TrimEnd('\r')));
                i = end;
            }
            else if (equals > 0)
            {
                values[line[..equals].Trim()] = line[(equals + 1)..];
            }
            else if (!string.IsNullOrWhiteSpace(line))
            {
                problem ??= $"line {i + 1} of $KILN_OUTPUT is neither NAME=value nor NAME<<END";
            }
        }

        return problem;
    }

    private static int EndOf(string[] lines, int from, string end)
    {
        for (var i = from; end.Length > 0 && i < lines.Length; i++)
        {
            if (lines[i].TrimEnd('\r') == end)
            {
                return i;
            }
        }

        return -1;
    }
}
