using System.Text.Json.Nodes;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>Nothing of a run is left after its end, whatever happened to those who look after it.</summary>
public sealed class CleanEndsTests : IDisposable
{
    private const string Secret = "s3cret-of-the-clean-end";
    private readonly Scratch _scratch = new();
    private readonly string _sleeper;

    public CleanEndsTests()
    {
        _sleeper = _scratch["sleeper"];
        File.Copy("/bin/sleep", _sleeper);
        File.SetUnixFileMode(_sleeper, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_cancel_after_the_agent_was_killed_and_came_back_ends_every_kind_of_process()
    {
        await using var server = await KilnServer.StartAsync(_scratch, Token, "--capacity", "0", "--grace", "1s");
        var builds = new BuildDriver(server);
        using var gate = new Gate(_scratch, "gate");
        var token = await server.NewAgentTokenAsync("agent", Token);
        var runId = await BeginAsync(builds, gate, Join(server, token));

        await using (var first = _agent!)
        {
            Signal.Crash(first.Process.Id);
            await first.ExitAsync(Token);
        }
        await using var second = Join(server, token);
        await second.ComplainsAsync("is connected", Token);
        await builds.CancelAsync(runId, Token);

        var run = await builds.EndAsync(runId, Token);
        Assert.Equal((RunStatus.Cancelled, RunReason.CancelledByUser), (run.Status, run.Reason));
        await AssertNothingIsLeftAsync(second);
    }

    [Fact]
    public async Task The_death_of_an_exec_ends_even_a_daemon_that_has_shed_its_environment_its_session_and_its_directory()
    {
        await using var server = await KilnServer.StartAsync(_scratch, Token, "--capacity", "0", "--grace", "1s");
        var builds = new BuildDriver(server);
        using var gate = new Gate(_scratch, "gate");
        await using var agent = Join(server, await server.NewAgentTokenAsync("agent", Token));
        var runId = await BeginAsync(builds, gate, agent);
        var script = ProcessTable.All().First(process => process.CommandLine.StartsWith(_sleeper, StringComparison.Ordinal));
        var exec = ProcessTable.Ancestor(script, process => process.CommandLine.Contains("kiln-exec"));

        Signal.Crash(exec.Pid);

        var run = await builds.EndAsync(runId, Token);
        Assert.Equal((RunStatus.Lost, RunReason.ExecDied), (run.Status, run.Reason));
        await AssertNothingIsLeftAsync(agent);
    }

    private RunningProgram? _agent;

    private RunningProgram Join(KilnServer server, string token) => _agent = RunningProgram.Start(
        Binaries.Agent,
        ["--server", server.Address.AbsoluteUri, "--token", token, "--capacity", "1", "--data", _scratch["agent"]],
        _scratch.Path);

    /// <summary>A main that ignores TERM, a child, a grandchild, one behind nohup, a daemon, and one that has shed everything.</summary>
    private async Task<long> BeginAsync(BuildDriver builds, Gate gate, RunningProgram agent)
    {
        await builds.DefineAsync("stubborn", $"""
            trap '' TERM
            {_sleeper} 2001 &
            ({_sleeper} 2002 & {_sleeper} 2003) &
            nohup {_sleeper} 2004 >/dev/null 2>&1 &
            setsid sh -c '{_sleeper} 2005 & exit' &
            (cd / && env -i setsid sh -c '{_sleeper} 2006 >/dev/null 2>&1 </dev/null & exit')
            echo "$PASSWORD" > "$TMPDIR/kept"
            echo "$PASSWORD" > kept
            read -r _ < {gate.Path}
            {_sleeper} 2007
            """, Token, body => body["parameters"] = new JsonArray(new JsonObject
        {
            ["key"] = "PASSWORD", ["type"] = "string", ["is_credential"] = true, ["default_value"] = Secret,
        }));
        await agent.ComplainsAsync("is connected", Token);
        var runId = await builds.StartAsync("stubborn", Token);
        await gate.ArrivedAsync(Token);
        return runId;
    }

    // The directory goes when the server has the end: the agent's own end waits for that.
    private async Task AssertNothingIsLeftAsync(RunningProgram agent)
    {
        Assert.DoesNotContain(ProcessTable.All(), process => process.CommandLine.StartsWith(_sleeper, StringComparison.Ordinal));
        Signal.Terminate(agent.Process);
        await agent.ExitAsync(Token);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_scratch["agent/runs"]));
        var secret = System.Text.Encoding.UTF8.GetBytes(Secret);
        Assert.DoesNotContain(
            Directory.EnumerateFiles(_scratch["agent"], "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".lock")),
            file => File.ReadAllBytes(file).AsSpan().IndexOf(secret) >= 0);
    }
}
