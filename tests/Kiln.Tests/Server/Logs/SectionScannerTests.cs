using System.Text;
using Kiln.Server.Logs.Lines;

namespace Kiln.Tests.Server.Logs;

public sealed class SectionScannerTests
{
    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(7)]
    [InlineData(1)]
    public void Groups_are_found_wherever_the_pieces_are_cut(int piece)
    {
        var section = Assert.Single(Scan("before\n::group::Unit tests\nok\n::endgroup::\nafter\n", piece).Items);

        Assert.Equal(
            new LogSection("", "Unit tests", 0, false) { StartLine = 2, EndLine = 4, LogStart = 7, LogEnd = 43 }, section);
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(3)]
    public void Named_sections_nest_bring_their_times_and_may_close_and_open_on_one_line(int piece)
    {
        var sections = Scan(
            "\e[0Ksection_start:100:outer[collapsed=true]\r\e[0K\e[1mThe \e[32mouter\e[0m\n"
            + "section_start:110:inner\r\e[0KInner\nx\n"
            + "\e[0Ksection_end:120:inner\r\e[0Ksection_start:121:next\r\e[0K\n"
            + "section_end:130:next\r\e[0K\nsection_end:140:outer\r\e[0K\n",
            piece).Items;

        Assert.Equal(["outer", "inner", "next"], sections.Select(section => section.Name));
        Assert.Equal(["The outer", "Inner", "next"], sections.Select(section => section.Title));
        Assert.Equal([0, 1, 1], sections.Select(section => section.Depth));
        Assert.Equal([true, false, false], sections.Select(section => section.IsCollapsed));
        Assert.Equal([(1, 6), (2, 4), (4, 5)], sections.Select(section => ((int)section.StartLine, (int)section.EndLine)));
        Assert.Equal([(100, 140), (110, 120), (121, 130)], sections.Select(section => ((int)section.StartedAt, (int)section.EndedAt)));
    }

    [Fact]
    public void What_is_not_closed_ends_with_what_holds_it_or_stays_open()
    {
        var sections = Scan("section_start:1:a\r\n::group::left open\nsection_end:2:a\r\n::group::to the end\n::endgroup", 5).Items;

        Assert.Equal([3, 3, 0], sections.Select(section => section.EndLine));
        Assert.Equal([0, 1, 0], sections.Select(section => section.Depth));
    }

    [Fact]
    public void Marks_that_are_not_whole_or_not_at_the_beginning_of_a_line_are_text() => Assert.Empty(Scan(
        "echo ::group::x\nsection_start:abc:x\r\nsection_start:1:\r\nsection_end:1:never\r\n::endgroup::\nsection_start:\n", 4).Items);

    [Fact]
    public void A_line_of_ten_megabytes_holds_nothing_up_and_a_flood_of_sections_is_cut()
    {
        var scanner = new SectionScanner();
        var line = Encoding.ASCII.GetBytes(new string(':', 1 << 20));
        for (var i = 0; i < 10; i++)
        {
            scanner.Feed(line);
        }
        for (var i = 0; i < 10_001; i++)
        {
            scanner.Feed("\n::group::x\n::endgroup::"u8);
        }
        var sections = scanner.Finish();
        Assert.True(sections.IsTruncated);
        Assert.Equal(10_000, sections.Items.Count);
    }

    private static LogSections Scan(string log, int piece)
    {
        var scanner = new SectionScanner();
        var bytes = Encoding.UTF8.GetBytes(log);
        for (var i = 0; i < bytes.Length; i += Math.Min(piece, bytes.Length))
        {
            scanner.Feed(bytes.AsSpan(i, Math.Min(piece, bytes.Length - i)));
        }
        return scanner.Finish();
    }
}
