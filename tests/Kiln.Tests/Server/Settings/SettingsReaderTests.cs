using Kiln.Server.Settings;

namespace Kiln.Tests.Server.Settings;

public sealed class SettingsReaderTests
{
    private static readonly Dictionary<string, string> Nothing = [];

    [Fact]
    public void An_option_wins_over_the_environment()
    {
        var options = Valid(["--capacity", "3", "--demo"], new() { ["KILN_CAPACITY"] = "9", ["KILN_LOST_AFTER"] = "90s" });

        Assert.Equal(3, options.Capacity);
        Assert.True(options.Demo);
        Assert.Equal(TimeSpan.FromSeconds(90), options.LostAfter);
    }

    [Fact]
    public void Every_problem_is_told_at_once()
    {
        var outcome = SettingsReader.Read(
            ["--listn=1", "--capacity", "many"],
            new Dictionary<string, string> { ["KILN_DATABASE"] = "Database=kiln", ["KILN_PUBLIC_URL"] = "kiln", ["KILN_MASTER_KEY"] = "short" });

        var problems = Assert.IsType<SettingsOutcome.Invalid>(outcome).Problems;
        Assert.Equal(5, problems.Count);
        Assert.Contains(problems, problem => problem.StartsWith("--listn is not an option; the nearest are --listen", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("must say where PostgreSQL is", StringComparison.Ordinal));
    }

    [Fact]
    public void The_help_names_every_setting()
    {
        var text = Assert.IsType<SettingsOutcome.Said>(SettingsReader.Read(["--help"], Nothing)).Text;

        Assert.All(SettingTable.All, setting => Assert.Contains(setting.Variable, text));
    }

    [Theory]
    [InlineData("localhost:80", "127.0.0.1:80")]
    [InlineData("[::1]:7070", "[::1]:7070")]
    public void A_listen_address_is_an_ip_or_localhost(string text, string expected) =>
        Assert.Equal(expected, Valid(["--listen", text], Nothing).Listen.ToString());

    private static KilnOptions Valid(string[] arguments, Dictionary<string, string> environment) =>
        Assert.IsType<SettingsOutcome.Valid>(SettingsReader.Read(arguments, environment)).Options;
}
