using System.Text.Json.Nodes;
using Kiln.Contracts.Client;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>A second host joins, and runs find the host that fits them.</summary>
public sealed class HostsTests : IDisposable
{
    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_run_that_no_host_fits_says_which_labels_are_missing_and_starts_when_such_a_host_joins()
    {
        await using var server = await KilnServer.StartAsync(_scratch, Token);
        var builds = new BuildDriver(server);
        await builds.DefineAsync("needs-gpu", "echo on a fitting host", Token, body => body["vm_labels"] = new JsonArray("gpu"));
        var runId = await builds.StartAsync("needs-gpu", Token);
        await builds.UntilAsync(runId, run => run.Reason == RunReason.NoHostWithLabels, Token);
        var why = Assert.IsType<Answer<RunWhy>.Ok>(await server.Client.WhyAsync(runId, Token)).Value;
        Assert.Contains("gpu", why.Message);

        await using var agent = await JoinAsync(server, "gpu,large");

        var run = await builds.EndAsync(runId, Token);
        Assert.True(run.Status == RunStatus.Passed, $"{run}\n{agent.Errors}");
        Assert.Equal("on a fitting host\n"u8.ToArray(), await builds.LogAsync(runId, "script", Token));
    }

    [Fact]
    public async Task A_run_that_waits_for_a_busy_host_says_so()
    {
        await using var server = await KilnServer.StartAsync(_scratch, Token, "--capacity", "1");
        var builds = new BuildDriver(server);
        using var gate = new Gate(_scratch, "gate");
        await builds.DefineAsync("first", $"read -r _ < {gate.Path} || true", Token);
        await builds.DefineAsync("second", "echo my turn", Token);
        var first = await builds.StartAsync("first", Token);
        await gate.ArrivedAsync(Token);

        var second = await builds.StartAsync("second", Token);

        await builds.UntilAsync(second, run => run.Reason == RunReason.HostsBusy, Token);
        gate.Open();
        Assert.Equal(RunStatus.Passed, (await builds.EndAsync(first, Token)).Status);
        Assert.Equal(RunStatus.Passed, (await builds.EndAsync(second, Token)).Status);
    }

    [Fact]
    public async Task An_agent_with_a_bad_token_ends_and_says_so()
    {
        await using var server = await KilnServer.StartAsync(_scratch, Token);

        await using var agent = RunningProgram.Start(
            Binaries.Kiln,
            ["agent", "--server", server.Address.AbsoluteUri, "--token", "kiln_agent_unknown_0123456789", "--data", _scratch["agent"]],
            _scratch.Path);

        Assert.Equal(4, await agent.ExitAsync(Token));
        var said = Assert.Single(agent.Errors.Split('\n'));
        Assert.Contains("token", said);
    }

    [Fact]
    public async Task Ctrl_C_gives_the_runs_of_the_embedded_agent_their_grace_and_delivers_their_ends()
    {
        await using var server = await KilnServer.StartAsync(_scratch, Token, "--grace", "30s");
        var builds = new BuildDriver(server);
        using var gate = new Gate(_scratch, "gate");
        await builds.DefineAsync("slow-to-stop", $$"""
            trap 'sleep 2; echo cleaned up; exit 9' TERM
            read -r _ < {{gate.Path}} &
            wait
            """, Token);
        var runId = await builds.StartAsync("slow-to-stop", Token);
        await gate.ArrivedAsync(Token);

        await server.InterruptAsync(Token);
        await server.RestartAsync(Token);

        var run = await builds.EndAsync(runId, Token);
        Assert.Equal((RunStatus.Cancelled, RunReason.AgentStopped), (run.Status, run.Reason));
        Assert.Equal("cleaned up\n"u8.ToArray(), await builds.LogAsync(runId, "script", Token));
    }

    private async Task<RunningProgram> JoinAsync(KilnServer server, string labels)
    {
        var token = await server.NewAgentTokenAsync("second-host", Token);
        return RunningProgram.Start(
            Binaries.Agent,
            ["--server", server.Address.AbsoluteUri, "--token", token, "--labels", labels, "--capacity", "1", "--data", _scratch["agent"]],
            _scratch.Path);
    }
}
