using System.Text.Json.Nodes;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>Every end of a run, right and explained.</summary>
public sealed class EndsTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private readonly BuildDriver _builds = new(fixture.Server);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_script_that_succeeds_passes_without_a_word()
    {
        var run = await _builds.RunAsync("ends-passed", "echo fine", Token);

        Assert.Equal(RunStatus.Passed, run.Status);
        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Reason);
        Assert.Equal("fine\n"u8.ToArray(), await _builds.LogAsync(run.RunId, "script", Token));
    }

    [Fact]
    public async Task A_script_that_fails_shows_its_own_exit_code()
    {
        var run = await _builds.RunAsync("ends-failed", "echo broken >&2\nexit 37", Token);

        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Equal(37, run.ExitCode);
        Assert.Equal(RunReason.ScriptFailed, run.Reason);
        Assert.Contains("37", run.Message);
    }

    [Fact]
    public async Task A_script_that_a_signal_ends_says_which()
    {
        var run = await _builds.RunAsync("ends-signalled", "kill -SEGV $$", Token);

        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Equal(128 + 11, run.ExitCode);
        Assert.Equal(RunReason.ScriptKilled, run.Reason);
    }

    [Fact]
    public async Task Outputs_survive_an_early_exit()
    {
        var run = await _builds.RunAsync(
            "ends-outputs",
            "VERSION=1.2.3\nexit 0\nVERSION=never",
            Token,
            Advanced("outputs", new JsonArray("VERSION")));

        Assert.Contains(new RunOutput("VERSION", "1.2.3"), run.Outputs);
    }

    [Fact]
    public async Task A_run_whose_init_is_killed_is_lost_and_leaves_nothing_running()
    {
        using var scratch = new Scratch();
        using var gate = new Gate(scratch, "gate");
        await _builds.DefineAsync("ends-lost", $"echo started\ncat {gate.Path}", Token);
        var runId = await _builds.StartAsync("ends-lost", Token);
        await gate.ArrivedAsync(Token);
        var script = ProcessTable.All().Single(process => process.CommandLine == $"cat {gate.Path} ");
        var exec = ProcessTable.Ancestor(script, process => process.CommandLine.Contains("kiln-exec"));

        Signal.Crash(exec.Pid);

        var run = await _builds.EndAsync(runId, Token);
        Assert.Equal(RunStatus.Lost, run.Status);
        Assert.Equal(RunReason.ExecDied, run.Reason);
        Assert.DoesNotContain(ProcessTable.All(), process => process.Pid == script.Pid && process.CommandLine == script.CommandLine);
    }

    private static Action<JsonObject> Advanced(string key, JsonNode value) =>
        body => body["advanced_settings"] = new JsonObject { [key] = value };
}
