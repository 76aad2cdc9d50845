using System.Text.Json.Nodes;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>A run fails in its last step, server and host are killed and come back, and it goes on where it failed.</summary>
public sealed class FailedStepScenarioTests : IDisposable
{
    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Kept => Path.Combine(_scratch["agent"], "kept");

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_failed_run_goes_on_in_its_workspace_after_server_and_host_were_killed()
    {
        await using var server = await KilnServer.StartAsync(_scratch, Token, "--capacity", "1");
        var kiln = new KilnClientProgram(_scratch, server);
        var builds = new BuildDriver(server);
        var agentToken = await server.NewAgentTokenAsync("keeper", Token);
        var fixedFile = _scratch["fixed"];
        await builds.DefineAsync("long", $"echo built >> {_scratch["built"]}; echo result > result", Token, body =>
        {
            body["vm_labels"] = new JsonArray("keeper");
            body["post_build"] = new JsonObject { ["scripts"] = $"cat result; pwd; test -e {fixedFile}" };
        });
        long runId;
        RunView failed;
        await using (var agent = Join(server, agentToken))
        {
            runId = await builds.StartAsync("long", Token, new RunRequest { KeepWorkspaceMinutes = 60 });
            failed = await builds.EndAsync(runId, Token);
            Assert.True(failed is { Status: RunStatus.Failed, Workspace.IsKept: true }, $"{failed}\n{agent.Errors}");
            agent.Process.Kill();
            await agent.ExitAsync(Token);
        }
        var firstLog = await builds.LogAsync(runId, "post_script", Token);
        await server.CrashAsync(Token);
        await server.RestartAsync(Token);
        await File.WriteAllTextAsync(fixedFile, "", Token);

        (await kiln.RunAsync("retry", $"{runId}", "--from-failed")).Expect(0);
        await using var again = Join(server, agentToken);
        var run = await builds.EndAsync(runId, Token);

        Assert.True(run is { Status: RunStatus.Passed, Attempt: 2 }, $"{run}\n{again.Errors}");
        Assert.Equal(1, run.Steps.Single(static step => step.Name == "script").ReusedAttempt);
        Assert.Equal(firstLog, await builds.LogAsync(runId, "post_script", Token));
        Assert.Equal("built\n", await File.ReadAllTextAsync(_scratch["built"], Token));
        Assert.Contains("passed in attempt 1", (await kiln.RunAsync("runs", $"{runId}")).Expect(0).Output);
        await again.DisposeAsync();
        Assert.Empty(Directory.EnumerateFileSystemEntries(Kept));
    }

    private RunningProgram Join(KilnServer server, string token) => RunningProgram.Start(
        Binaries.Agent,
        ["--server", server.Address.AbsoluteUri, "--token", token, "--labels", "keeper", "--capacity", "1", "--data", _scratch["agent"]],
        _scratch.Path);
}
