using System.Text;

namespace Kiln.Bench.Measures;

/// <summary>Rows as Markdown.</summary>
internal static class Table
{
    public const string Head = "| what | measured | floor | goal | |\n|---|---|---|---|---|";

    public static string Line(Row row) => $"| {row.What} | {row.Measured} | {row.Floor} | {row.Goal} | {Word(row.Verdict)} |";

    /// <summary>The whole page.</summary>
    public static string Page(IReadOnlyList<string> machine, string command, IReadOnlyList<Row> rows)
    {
        var page = new StringBuilder("# Figures\n\nWritten by `").Append(command).Append("`; do not edit.\n\n");
        foreach (var line in machine)
        {
            page.Append(line).Append('\n');
        }
        page.Append('\n').Append(Head).Append('\n');
        foreach (var row in rows)
        {
            page.Append(Line(row)).Append('\n');
        }
        return page.ToString();
    }

    private static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Goal => "goal",
        Verdict.Floor => "floor",
        Verdict.Missed => "**missed**",
        _ => "",
    };
}
