using System.Text;
using System.Text.Json.Nodes;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>Builds that use the docker daemon of their host, a real one.</summary>
public sealed class HostDockerTests : IDisposable
{
    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Its_scripts_have_the_daemon_and_a_run_says_when_there_is_none()
    {
        var docker = await DockerHost.StartAsync(_scratch, Token);
        await using var server = await KilnServer.StartAsync(_scratch, ["--demo"], docker.Environment, Token);
        var builds = new BuildDriver(server);

        var run = await builds.RunAsync(
            "containers", "echo at $DOCKER_HOST; docker version --format 'server {{.Server.Version}}'", Token,
            body => body["advanced_settings"] = new JsonObject { ["use_host_docker_daemon"] = true });
        await docker.DisposeAsync();
        var without = await builds.EndAsync(await builds.StartAsync("containers", Token), Token);

        var log = Encoding.UTF8.GetString(await builds.LogAsync(run.RunId, "", Token));
        Assert.True(run.Status == RunStatus.Passed, log);
        Assert.Equal(["docker", "script"], run.Steps.Select(step => step.Name));
        Assert.Contains($"at unix://{_scratch["docker.sock"]}\nserver 20.", log);
        Assert.Contains("is the scripts' DOCKER_HOST", log);
        Assert.DoesNotContain("have no effect", log);
        Assert.Equal((RunStatus.Failed, RunReason.ToolMissing), (without.Status, without.Reason));
        Assert.Contains($"none answers on {without.Host} at unix://{_scratch["docker.sock"]}", without.Message);
        Assert.Equal(StepStatus.Skipped, without.Steps.Single(step => step.Name == "script").Status);
    }
}
