using System.Text;

namespace Kiln.Cli.Output;

/// <summary>Rows under titles, aligned, and cut where a line would not fit the terminal.</summary>
internal static class Table
{
    private const int Gap = 2;
    private const int Narrowest = 5;

    private static readonly char[] Breaks = ['\n', '\r', '\t'];

    /// <summary>The table as text; every row has as many cells as there are titles.</summary>
    /// <param name="titles">Head of each column.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="width">Columns of a line; <c>null</c> = nothing is cut.</param>
    /// <param name="palette">Colours.</param>
    public static string Of(
        IReadOnlyList<string> titles, IReadOnlyList<IReadOnlyList<string>> rows, int? width, Palette palette)
    {
        var cells = rows.Select(row => row.Select(OneLine).ToList()).ToList();
        var widths = titles
            .Select((title, i) => cells.Select(row => DisplayWidth.Of(row[i])).Append(DisplayWidth.Of(title)).Max())
            .ToArray();
        if (width is { } limit)
        {
            Shrink(widths, limit);
        }
        var text = new StringBuilder();
        Line(text, titles, widths, title => palette.Dim(title));
        foreach (var row in cells)
        {
            Line(text, row, widths, palette.Status);
        }
        return text.ToString();
    }

    // The widest column gives way first, so that ids and states stay whole.
    private static void Shrink(int[] widths, int limit)
    {
        var excess = widths.Sum() + (Gap * (widths.Length - 1)) - limit;
        while (excess > 0 && widths.Max() is > Narrowest and var widest)
        {
            var next = widths.Where(width => width < widest).DefaultIfEmpty(Narrowest).Max();
            var step = Math.Min(excess, widest - Math.Max(next, Narrowest));
            widths[Array.LastIndexOf(widths, widest)] -= Math.Max(1, step);
            excess -= Math.Max(1, step);
        }
    }

    private static void Line(StringBuilder text, IReadOnlyList<string> cells, int[] widths, Func<string, string> paint)
    {
        for (var i = 0; i < cells.Count; i++)
        {
            var cell = DisplayWidth.Fit(cells[i], widths[i]);
            var isLast = i == cells.Count - 1;
            var padding = isLast ? "" : new string(' ', widths[i] - DisplayWidth.Of(cell) + Gap);
            text.Append(paint(cell)).Append(padding);
        }
        while (text.Length > 0 && text[^1] == ' ')
        {
            text.Length--;
        }
        text.Append('\n');
    }

    private static string OneLine(string cell) => cell.AsSpan().IndexOfAny('\n', '\r', '\t') < 0
        ? cell
        : string.Join(' ', cell.Split(Breaks, StringSplitOptions.RemoveEmptyEntries));
}
