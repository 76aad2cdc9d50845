using System.CommandLine;
using Kiln.Agent;

namespace Kiln.Tests.Agent;

public sealed class AgentCommandLineTests
{
    [Fact]
    public void Every_error_is_told_at_once()
    {
        var (options, errors) = Read(["--server", "kiln", "--capacity", "0", "--labels", "two words"], _ => null);

        Assert.Null(options);
        Assert.Equal(
            [
                "--server kiln is not an http or https address",
                "the agent token is missing: give --token-file, KILN_AGENT_TOKEN or --token",
                "--capacity 0 is not a number from 1 to 1000",
                "label two words has white space or more than 63 characters",
            ],
            errors);
    }

    [Fact]
    public void Options_win_over_the_environment()
    {
        var (options, errors) = Read(
            ["--server", "http://one:7070", "--labels", "a, b,a"],
            name => name switch { "KILN_SERVER" => "http://two", "KILN_AGENT_TOKEN" => "t", "KILN_CAPACITY" => "5", _ => null });

        Assert.Empty(errors);
        Assert.Equal((new Uri("http://one:7070"), "t", 5), (options!.Value.Server, options.Value.Token, options.Value.Options.Capacity));
        Assert.Equal(["a", "b"], options.Value.Options.Labels);
    }

    private static ((Uri Server, string Token, AgentOptions Options)? Options, IReadOnlyList<string> Errors) Read(
        string[] arguments, Func<string, string?> environment)
    {
        var commandLine = new AgentCommandLine();
        var root = new RootCommand();
        commandLine.AddTo(root);
        var options = commandLine.Read(root.Parse(arguments), environment, out var errors);
        return (options, errors);
    }
}
