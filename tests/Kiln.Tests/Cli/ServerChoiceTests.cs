using Kiln.Cli.Connections;

namespace Kiln.Tests.Cli;

/// <summary>How a command finds its server and token.</summary>
public sealed class ServerChoiceTests
{
    private static readonly LocalServer Local = new("data", "http://127.0.0.1:4000/", "local-token");

    private static readonly Logins TwoLogins = new("work", new Dictionary<string, Login>
    {
        ["work"] = new("https://kiln.work/", "work-token", "shop"),
        ["home"] = new("https://kiln.home/", "home-token"),
    });

    [Fact]
    public void Without_a_word_it_is_the_server_of_the_data_directory()
    {
        var chosen = Choose(new(null, null, null), Logins.None);

        Assert.Equal("http://127.0.0.1:4000/", chosen.Server.ToString());
        Assert.Equal("local-token", chosen.Token);
    }

    [Fact]
    public void A_login_goes_before_the_data_directory()
    {
        var chosen = Choose(new(null, null, null), TwoLogins);

        Assert.Equal(("https://kiln.work/", "work-token", "shop"), (chosen.Server.ToString(), chosen.Token, chosen.Project));
    }

    [Fact]
    public void The_environment_goes_before_a_login_and_an_option_before_both()
    {
        Assert.Equal("https://env/", Choose(new(null, null, null), TwoLogins, ("KILN_SERVER", "https://env")).Server.ToString());
        Assert.Equal("https://option/", Choose(new("https://option", null, null), TwoLogins, ("KILN_SERVER", "https://env")).Server.ToString());
        Assert.Equal("https://kiln.home/", Choose(new(null, null, "home"), TwoLogins, ("KILN_SERVER", "https://env")).Server.ToString());
        Assert.Equal("https://kiln.home/", Choose(new(null, null, null), TwoLogins, ("KILN_CONTEXT", "home")).Server.ToString());
    }

    [Fact]
    public void A_token_of_the_environment_goes_before_that_of_the_login()
    {
        Assert.Equal("env-token", Choose(new(null, null, null), TwoLogins, ("KILN_TOKEN", "env-token")).Token);
        Assert.Equal("option-token", Choose(new(null, "option-token", null), TwoLogins, ("KILN_TOKEN", "env-token")).Token);
    }

    [Fact]
    public void A_kept_token_goes_to_its_own_server_alone()
    {
        Assert.Equal("home-token", Choose(new("https://kiln.home", null, null), TwoLogins).Token);
        Assert.Empty(Choose(new("https://stranger", null, null), TwoLogins).Token);
        Assert.Equal("local-token", Choose(new("http://127.0.0.1:4000", null, null), Logins.None).Token);
    }

    [Theory]
    [InlineData("127.0.0.1:7070", "http://127.0.0.1:7070/")]
    [InlineData("https://example.com/kiln", "https://example.com/kiln/")]
    [InlineData("ftp://example.com", null)]
    [InlineData("https://user:secret@example.com", null)]
    public void An_address_may_lack_its_scheme_and_have_a_path(string text, string? expected) =>
        Assert.Equal(expected, ServerChoice.Parse(text)?.ToString());

    [Fact]
    public void A_context_that_is_not_there_names_those_that_are()
    {
        var wrong = Assert.IsType<ServerChoice.Wrong>(ServerChoice.Of(new(null, null, "wokr"), _ => null, TwoLogins, Local));

        Assert.Contains("home, work", wrong.Sentence);
    }

    [Theory]
    [InlineData("http://127.0.0.1:4000/", true)]
    [InlineData("http://stranger.example.com/", false)]
    [InlineData("nonsense with spaces", false)]
    public void A_data_directory_leads_nowhere_but_to_this_machine(string address, bool isTaken)
    {
        var directory = Directory.CreateTempSubdirectory("kiln-");
        try
        {
            File.WriteAllText(Path.Combine(directory.FullName, "address"), $"{address}\n");

            Assert.Equal(isTaken ? address : null, LocalServer.In(directory.FullName).Address);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void Two_words_for_a_server_are_one_too_many() =>
        Assert.IsType<ServerChoice.Wrong>(ServerChoice.Of(new("https://a", null, "home"), _ => null, TwoLogins, Local));

    private static ServerChoice.Chosen Choose(ServerWords said, Logins logins, params (string Name, string Value)[] environment) =>
        Assert.IsType<ServerChoice.Chosen>(ServerChoice.Of(
            said, name => environment.FirstOrDefault(pair => pair.Name == name).Value, logins, Local));
}
