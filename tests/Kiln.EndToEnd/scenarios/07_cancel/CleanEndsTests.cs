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

    /// <summary>What a machine may have to catch processes with.</summary>
    public static TheoryData<string> Worlds => [.. All.Keys];

    private static Dictionary<string, CgroupWorld> All { get; } = new[]
    {
        CgroupWorld.Version2, CgroupWorld.Version1, CgroupWorld.None,
    }.ToDictionary(static world => world.Name);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(Worlds))]
    public async Task A_cancel_ends_every_kind_of_process_and_a_storm_of_new_ones_whatever_cgroups_there_are(string name)
    {
        var world = WorldOf(name);
        await using var server = await ServeAsync();
        var builds = new BuildDriver(server);
        using var gate = new Gate(_scratch, "gate");
        await using var agent = world.Start(
            Binaries.Agent, AgentArguments(server, await server.NewAgentTokenAsync("agent", Token)), _scratch.Path);
        var runId = await BeginAsync(builds, gate, agent, before: $$"""
            storm() { while :; do (sleep 0.01; sleep 0.01) & wait -n; done; }
            for i in {1..8}; do storm & done
            """);

        await AssertCancelEndsAllAsync(builds, runId, agent);
    }

    [Theory]
    [MemberData(nameof(Worlds))]
    public async Task A_cancel_after_the_agent_was_killed_and_came_back_ends_every_kind_of_process(string name)
    {
        var world = WorldOf(name);
        await using var server = await ServeAsync();
        var builds = new BuildDriver(server);
        using var gate = new Gate(_scratch, "gate");
        var arguments = AgentArguments(server, await server.NewAgentTokenAsync("agent", Token));
        long runId;
        await using (var first = world.Start(Binaries.Agent, arguments, _scratch.Path))
        {
            runId = await BeginAsync(builds, gate, first);
            Signal.Crash(first.Process.Id);
            await first.ExitAsync(Token);
        }
        await using var second = world.Start(Binaries.Agent, arguments, _scratch.Path);
        await second.ComplainsAsync("is connected", Token);
        await AssertCancelEndsAllAsync(builds, runId, second);
    }

    [Fact]
    public async Task A_run_over_its_timeout_says_so_keeps_its_log_and_leaves_no_process()
    {
        await using var server = await ServeAsync();
        var builds = new BuildDriver(server);
        using var gate = new Gate(_scratch, "gate");
        await using var agent = await JoinAsync(server);
        var runId = await BeginAsync(builds, gate, agent, before: "echo waiting", more: body => body["advanced_settings"] = new JsonObject { ["timeout"] = 1 });

        var run = await builds.EndAsync(runId, Token);
        Assert.Equal((RunStatus.Timeout, RunReason.RunTimeout), (run.Status, run.Reason));
        Assert.Equal("waiting\n"u8.ToArray(), await builds.LogAsync(runId, "script", Token));
        await AssertNothingIsLeftAsync(agent);
    }

    [Fact]
    public async Task The_death_of_an_exec_ends_even_a_daemon_that_has_shed_its_environment_its_session_and_its_directory()
    {
        await using var server = await ServeAsync();
        var builds = new BuildDriver(server);
        using var gate = new Gate(_scratch, "gate");
        await using var agent = await JoinAsync(server);
        var runId = await BeginAsync(builds, gate, agent);
        var script = ProcessTable.All().First(process => process.CommandLine.StartsWith(_sleeper, StringComparison.Ordinal));
        var exec = ProcessTable.Ancestor(script, process => process.CommandLine.Contains("kiln-exec"));

        Signal.Crash(exec.Pid);

        var run = await builds.EndAsync(runId, Token);
        Assert.Equal((RunStatus.Lost, RunReason.ExecDied), (run.Status, run.Reason));
        await AssertNothingIsLeftAsync(agent);
    }

    private static CgroupWorld WorldOf(string name)
    {
        var world = All[name];
        Assert.SkipUnless(world.Obstacle() is null, $"This user cannot have {name}.");
        return world;
    }

    private Task<KilnServer> ServeAsync() => KilnServer.StartAsync(_scratch, Token, "--capacity", "0", "--grace", "1s");

    private async Task<RunningProgram> JoinAsync(KilnServer server) => RunningProgram.Start(
        Binaries.Agent, AgentArguments(server, await server.NewAgentTokenAsync("agent", Token)), _scratch.Path);

    private string[] AgentArguments(KilnServer server, string token) =>
        ["--server", server.Address.AbsoluteUri, "--token", token, "--capacity", "1", "--data", _scratch["agent"]];

    /// <summary>A main that ignores TERM, a child, a grandchild, one behind nohup, a daemon, and one that has shed everything.</summary>
    private async Task<long> BeginAsync(
        BuildDriver builds, Gate gate, RunningProgram agent, string before = "", Action<JsonObject>? more = null)
    {
        await builds.DefineAsync("stubborn", $"""
            {before}
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
            """, Token, body =>
        {
            body["parameters"] = new JsonArray(new JsonObject
            {
                ["key"] = "PASSWORD", ["type"] = "string", ["is_credential"] = true, ["default_value"] = Secret,
            });
            more?.Invoke(body);
        });
        await agent.ComplainsAsync("is connected", Token);
        var runId = await builds.StartAsync("stubborn", Token);
        await gate.ArrivedAsync(Token);
        return runId;
    }

    private async Task AssertCancelEndsAllAsync(BuildDriver builds, long runId, RunningProgram agent)
    {
        await builds.CancelAsync(runId, Token);

        var run = await builds.EndAsync(runId, Token);
        Assert.Equal((RunStatus.Cancelled, RunReason.CancelledByUser), (run.Status, run.Reason));
        await AssertNothingIsLeftAsync(agent);
    }

    // The directory goes when the server has the end: the agent's own end waits for that.
    private async Task AssertNothingIsLeftAsync(RunningProgram agent)
    {
        Assert.DoesNotContain(ProcessTable.All(), process => process.CommandLine.StartsWith(_sleeper, StringComparison.Ordinal)
            || (process.WorkingDirectory.StartsWith(_scratch["agent/runs"], StringComparison.Ordinal) && !process.CommandLine.Contains("kiln-exec")));
        Signal.Terminate(agent.Process);
        await agent.ExitAsync(Token);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_scratch["agent/runs"]));
        var secret = System.Text.Encoding.UTF8.GetBytes(Secret);
        Assert.DoesNotContain(
            Directory.EnumerateFiles(_scratch["agent"], "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".lock")),
            file => File.ReadAllBytes(file).AsSpan().IndexOf(secret) >= 0);
    }
}
