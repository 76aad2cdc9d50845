namespace Kiln.Cli.Definitions;

/// <summary>A line of a comparison.</summary>
/// <param name="Mark"><c>+</c> only after, <c>-</c> only before, space in both, <c>…</c> where equal lines are left out.</param>
/// <param name="Text">The line; empty for <c>…</c>.</param>
internal readonly record struct DiffLine(char Mark, string Text);

/// <summary>Which lines of two texts differ, with some lines around them.</summary>
internal static class LineDiff
{
    private const int Context = 3;

    // Beyond this the middle of two texts counts as replaced: the table of the comparison would not fit.
    private const int MostCells = 4_000_000;

    /// <summary>Compares two texts; none when they are equal.</summary>
    public static IReadOnlyList<DiffLine> Of(string before, string after) => Shorten(All(Lines(before), Lines(after)));

    private static string[] Lines(string text) => text.TrimEnd('\n') is { Length: > 0 } lines ? lines.Split('\n') : [];

    private static List<DiffLine> All(string[] before, string[] after)
    {
        var head = 0;
        while (head < before.Length && head < after.Length && before[head] == after[head])
        {
            head++;
        }
        var tail = 0;
        while (tail < before.Length - head && tail < after.Length - head && before[^(tail + 1)] == after[^(tail + 1)])
        {
            tail++;
        }
        List<DiffLine> lines = [.. before.Take(head).Select(Same)];
        lines.AddRange(Middle(before[head..^tail], after[head..^tail]));
        lines.AddRange(before.TakeLast(tail).Select(Same));
        return lines;
    }

    private static List<DiffLine> Middle(string[] before, string[] after)
    {
        if ((long)before.Length * after.Length > MostCells)
        {
            return [.. before.Select(Removed), .. after.Select(Added)];
        }
        // common[i, j]: most lines that before[i..] and after[j..] have in common.
        var common = new int[before.Length + 1, after.Length + 1];
        for (var i = before.Length - 1; i >= 0; i--)
        {
            for (var j = after.Length - 1; j >= 0; j--)
            {
                common[i, j] = before[i] == after[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }
        return Walk(before, after, common);
    }

    private static List<DiffLine> Walk(string[] before, string[] after, int[,] common)
    {
        var lines = new List<DiffLine>();
        var (x, y) = (0, 0);
        while (x < before.Length || y < after.Length)
        {
            if (x < before.Length && y < after.Length && before[x] == after[y])
            {
                lines.Add(Same(before[x++]));
                y++;
            }
            else if (y == after.Length || (x < before.Length && common[x + 1, y] >= common[x, y + 1]))
            {
                lines.Add(Removed(before[x++]));
            }
            else
            {
                lines.Add(Added(after[y++]));
            }
        }
        return lines;
    }

    private static List<DiffLine> Shorten(List<DiffLine> lines)
    {
        var kept = new bool[lines.Count];
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].Mark != ' ')
            {
                kept.AsSpan(Math.Max(0, i - Context)..Math.Min(lines.Count, i + Context + 1)).Fill(true);
            }
        }
        var shown = new List<DiffLine>();
        for (var i = 0; i < lines.Count; i++)
        {
            if (kept[i])
            {
                shown.Add(lines[i]);
            }
            else if (shown.Count > 0 && shown[^1].Mark != '…' && kept.AsSpan(i).Contains(true))
            {
                shown.Add(new DiffLine('…', ""));
            }
        }
        return shown;
    }

    private static DiffLine Same(string line) => new(' ', line);

    private static DiffLine Removed(string line) => new('-', line);

    private static DiffLine Added(string line) => new('+', line);
}
