using System.Text.Json.Nodes;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>The table of exit codes in docs/cli.md, through the real client.</summary>
public sealed class ExitCodeTests : IClassFixture<ServerFixture>, IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly KilnServer _server;
    private readonly BuildDriver _builds;
    private readonly KilnClientProgram _kiln;

    public ExitCodeTests(ServerFixture fixture)
    {
        _server = fixture.Server;
        _builds = new BuildDriver(_server);
        _kiln = new KilnClientProgram(_scratch, _server);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Zero_is_a_run_that_passed()
    {
        await _builds.DefineAsync("exit-passed", "echo fine", Token);

        var ended = (await _kiln.RunAsync("run", "exit-passed", "--project", "yaml", "--follow")).Expect(0);

        Assert.Contains("fine\n", ended.Output);
    }

    [Fact]
    public async Task One_is_a_run_that_failed()
    {
        await _builds.DefineAsync("exit-failed", "exit 9", Token);

        var ended = (await _kiln.RunAsync("run", "exit-failed", "--follow")).Expect(1);

        Assert.Contains("exit code 9", ended.Output);
    }

    [Theory]
    [InlineData("There is no command \"kiln rnu\". Nearest: \"run\"", "rnu")]
    [InlineData("There is no kind \"biuld\"", "get", "biuld")]
    [InlineData("must be KEY=VALUE", "run", "hello-kiln", "-p", "yaml")]
    [InlineData("There is no run 999999", "why", "999999")]
    [InlineData("hello-kiln", "get", "build", "helo-kiln", "--project", "yaml")]
    [InlineData("is not an address of a server", "runs", "--server", "ftp://nowhere")]
    public async Task Two_is_wrong_usage_or_a_refused_request_and_teaches(string sentence, params string[] arguments)
    {
        var ended = (await _kiln.RunAsync(arguments)).Expect(2);

        Assert.Contains(sentence, ended.Errors);
        Assert.Empty(ended.Output);
    }

    [Fact]
    public async Task Three_is_a_run_that_was_cancelled()
    {
        using var gate = new Gate(_scratch, "gate");
        await _builds.DefineAsync("exit-cancelled", $"read -r _ < {gate.Path}", Token);
        await using var follower = _kiln.Start("run", "exit-cancelled", "--follow");
        await gate.ArrivedAsync(Token);
        var runs = JsonNode.Parse((await _kiln.RunAsync("runs", "--build", "exit-cancelled", "-o", "json")).Expect(0).Output)!;

        (await _kiln.RunAsync("cancel", runs["runs"]![0]!["run_id"]!.ToString())).Expect(0);

        Assert.Equal(3, await follower.ExitAsync(Token));
    }

    [Fact]
    public async Task Four_is_no_token_a_bad_one_or_one_that_may_not()
    {
        var may = (await _kiln.RunAsync("token", "create", "exit-viewer", "--role", "yaml=viewer")).Expect(0);

        _kiln.Environment["KILN_TOKEN"] = may.Output.Trim();
        var mayNot = (await _kiln.RunAsync("run", "hello-kiln", "--project", "yaml", "-s", "service1")).Expect(4);
        _kiln.Environment["KILN_TOKEN"] = "nonsense";
        var unknown = (await _kiln.RunAsync("runs")).Expect(4);

        Assert.Contains("runner", mayNot.Errors);
        Assert.Contains("kiln login", unknown.Errors);
    }

    [Fact]
    public async Task Five_is_no_server()
    {
        _kiln.Environment["KILN_SERVER"] = "http://127.0.0.1:9";

        var ended = (await _kiln.RunAsync("runs")).Expect(5);

        Assert.Contains("http://127.0.0.1:9/ cannot be reached", ended.Errors);
    }

    [Fact]
    public async Task Ctrl_C_once_leaves_the_run_running_and_says_how_to_follow_it_again()
    {
        using var gate = new Gate(_scratch, "gate");
        await _builds.DefineAsync("exit-detached", $"echo started\nread -r _ < {gate.Path}\necho went on", Token);
        await using var follower = _kiln.Start("run", "exit-detached", "--follow");
        await gate.ArrivedAsync(Token);

        Signal.Interrupt(follower.Process);

        Assert.Equal(130, await follower.ExitAsync(Token));
        var again = follower.Errors.Split("kiln logs -f ")[1].Split(' ')[0];
        gate.Open();
        Assert.Contains("went on", (await _kiln.RunAsync("logs", "-f", again)).Expect(0).Output);
    }

    [Fact]
    public async Task A_followed_run_is_followed_on_when_the_server_has_been_away()
    {
        using var own = new Scratch();
        await using var server = await KilnServer.StartAsync(own, Token);
        var kiln = new KilnClientProgram(own, server);
        using var gate = new Gate(own, "gate");
        await new BuildDriver(server).DefineAsync("exit-away", $"echo before\nread -r _ < {gate.Path}\necho after", Token);
        await using var follower = kiln.Start("run", "exit-away", "--follow");
        await gate.ArrivedAsync(Token);
        await follower.SaysAsync("before", Token);

        await server.CrashAsync(Token);
        await follower.ComplainsAsync("went away", Token);
        await server.RestartAsync(Token);
        gate.Open();

        Assert.Equal(0, await follower.ExitAsync(Token));
        Assert.Equal(["before", "after"], follower.Output.Split('\n').Where(line => line is "before" or "after"));
    }

    [Fact]
    public async Task Ctrl_C_twice_cancels_the_run()
    {
        using var gate = new Gate(_scratch, "gate");
        await _builds.DefineAsync("exit-twice", $"read -r _ < {gate.Path}", Token);
        await using var follower = _kiln.Start("run", "exit-twice", "--follow");
        await gate.ArrivedAsync(Token);

        Signal.Interrupt(follower.Process);
        await follower.ComplainsAsync("Ctrl-C again", Token);
        Signal.Interrupt(follower.Process);

        Assert.Equal(3, await follower.ExitAsync(Token));
        Assert.Contains("cancelled", follower.Errors);
    }
}
