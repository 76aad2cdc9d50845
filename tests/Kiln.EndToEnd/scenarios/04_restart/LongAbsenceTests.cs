using System.Text;
using System.Text.Json.Nodes;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>The server is away for longer than it lets a host be silent.</summary>
public sealed class LongAbsenceTests : IDisposable
{
    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Runs_go_on_meanwhile_are_not_lost_by_its_return_and_each_ends_once_with_its_true_result_and_whole_log()
    {
        await using var server = await KilnServer.StartAsync(_scratch, Token, "--capacity", "0", "--lost-after", "30s");
        await using var agent = RunningProgram.Start(
            Binaries.Agent,
            [
                "--server", server.Address.AbsoluteUri, "--token", await server.NewAgentTokenAsync("steady", Token),
                "--name", "steady", "--capacity", "2", "--data", _scratch["agent"],
            ],
            _scratch.Path);
        var builds = new BuildDriver(server);
        using var endsMeanwhile = new Gate(_scratch, "ends-meanwhile");
        using var goesOn = new Gate(_scratch, "goes-on");
        // This one lasts as long as the server is away: it begins to count when the server has gone, and its end brings the server back.
        var ended = await StartAsync(builds, "ended", endsMeanwhile, "sleep 31; echo last; exit 5");
        var under = await StartAsync(builds, "under-way", goesOn, "echo last");

        await server.CrashAsync(Token);
        endsMeanwhile.Open();
        await agent.ComplainsAsync($"Run {ended} ended: Failed", Token);
        await server.RestartAsync(Token);
        goesOn.Open();
        await _scratch.EmptiedAsync("agent/runs", Token);

        await ExpectAsync(server, ended, "ended", RunStatus.Failed, exitCode: 5, agent);
        await ExpectAsync(server, under, "under-way", RunStatus.Passed, exitCode: 0, agent);
        Assert.DoesNotContain("is lost", server.Log);
    }

    private async Task<long> StartAsync(BuildDriver builds, string name, Gate gate, string end)
    {
        // A run that were taken for lost would be tried again.
        await builds.DefineAsync(name, $"""
            echo once >> {_scratch[$"{name}.starts"]}
            seq -f 'before %g' 1 2000
            read -r _ < {gate.Path}
            seq -f 'after %g' 1 2000
            {end}
            """, Token, body => body["run_policy"] = new JsonObject { ["retries"] = 2 });
        var runId = await builds.StartAsync(name, Token);
        await gate.ArrivedAsync(Token);
        return runId;
    }

    private async Task ExpectAsync(KilnServer server, long runId, string name, RunStatus status, int exitCode, RunningProgram agent)
    {
        var builds = new BuildDriver(server);
        var run = await builds.GetAsync(runId, Token);
        Assert.True((status, exitCode, 1) == (run.Status, run.ExitCode, run.Attempt), $"{run}\n{agent.Errors}\n{server.Log}");
        Assert.Equal(
            string.Concat(Enumerable.Range(1, 2000).Select(static n => $"before {n}\n"))
                + string.Concat(Enumerable.Range(1, 2000).Select(static n => $"after {n}\n")) + "last\n",
            Encoding.ASCII.GetString(await builds.LogAsync(runId, "script", Token)));
        Assert.Equal("once\n", await File.ReadAllTextAsync(_scratch[$"{name}.starts"], Token));
        var attempts = JsonNode.Parse(await server.Http.GetStringAsync($"openapi/runs/{runId}/attempts", Token))!;
        Assert.Single(attempts["attempts"]!.AsArray());
    }
}
