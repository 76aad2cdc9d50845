using Kiln.Cli.Definitions;
using Kiln.Cli.Output;

namespace Kiln.Tests.Cli;

/// <summary>Tables, colours and comparisons.</summary>
public sealed class OutputTests
{
    [Fact]
    public void Columns_are_aligned_though_some_characters_are_twice_as_wide()
    {
        var table = Table.Of(["NAME", "BY"], [["构建服务", "a"], ["ab", "b"]], width: null, Palette.None);

        Assert.Equal("NAME      BY\n构建服务  a\nab        b\n", table);
    }

    [Fact]
    public void A_table_fits_its_terminal_and_the_widest_column_gives_way()
    {
        var table = Table.Of(["RUN", "MESSAGE"], [["12345678", new string('x', 100)]], width: 40, Palette.None);

        Assert.All(table.TrimEnd('\n').Split('\n'), line => Assert.True(DisplayWidth.Of(line) <= 40, line));
        Assert.Contains("12345678  xxx", table);
        Assert.EndsWith("x…\n", table);
    }

    [Fact]
    public void A_wide_character_is_never_cut_in_half() => Assert.Equal("构…", DisplayWidth.Fit("构建服务", 4));

    [Fact]
    public void Line_breaks_do_not_break_a_row() =>
        Assert.Equal("A  B\na b  c\n".Replace("A  B", "A    B"), Table.Of(["A", "B"], [["a\nb", "c"]], width: null, Palette.None));

    [Theory]
    [InlineData("xterm", null, true)]
    [InlineData("dumb", null, false)]
    [InlineData("xterm", "1", false)]
    [InlineData("xterm", "", true)]
    public void Colours_are_for_terminals_that_want_them(string term, string? noColor, bool paints) => Assert.Equal(
        paints, Palette.Wanted(name => name switch { "TERM" => term, "NO_COLOR" => noColor, _ => null }).Red("x") != "x");

    [Fact]
    public void A_comparison_shows_changed_lines_with_a_few_around_them()
    {
        var before = string.Concat(Enumerable.Range(1, 20).Select(i => $"line {i}\n"));
        var after = before.Replace("line 3\n", "line three\n").Replace("line 18\n", "");

        var lines = LineDiff.Of(before, after).Select(line => $"{line.Mark}{line.Text}");

        Assert.Equal(
            [
                " line 1", " line 2", "-line 3", "+line three", " line 4", " line 5", " line 6", "…",
                " line 15", " line 16", " line 17", "-line 18", " line 19", " line 20",
            ],
            lines);
    }

    [Fact]
    public void Equal_texts_have_no_difference() => Assert.Empty(LineDiff.Of("a\nb\n", "a\nb\n"));
}
