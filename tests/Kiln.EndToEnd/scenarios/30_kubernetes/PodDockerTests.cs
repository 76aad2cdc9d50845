using System.Text;
using Kiln.Contracts.Client;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>Builds in pods that use the docker daemon of their node, a real one at the place where nodes have it.</summary>
public sealed class PodDockerTests(SharedCluster shared) : IDisposable
{
    private const string Socket = "/var/run/docker.sock";

    private const string Script = $"""
        curl -fsS --unix-socket {Socket} http://docker/_ping; echo
        curl -fsS --unix-socket {Socket} http://docker/version
        """;

    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_script_reaches_the_daemon_and_a_run_says_that_it_waits_where_there_is_none()
    {
        await using var pods = await StartAsync("docker-daemon");
        await DefineAsync(pods);
        var runId = await pods.Builds.StartAsync("docker", Token);
        var waiting = await pods.Builds.UntilAsync(runId, run => run.Reason == RunReason.PodVolumes, Token);

        await using var docker = await DockerHost.StartAsync(_scratch, Socket, Token);
        var run = await pods.Builds.EndAsync(runId, Token);

        Assert.Contains(Socket, waiting.Message);
        var log = Encoding.UTF8.GetString(await pods.Builds.LogAsync(runId, "", Token));
        Assert.True(run.Status == RunStatus.Passed, $"{run.Reason}: {run.Message}\n{log}");
        var said = Encoding.UTF8.GetString(await pods.Builds.LogAsync(runId, "script", Token));
        Assert.StartsWith("OK\n{", said);
        Assert.Contains("\"Version\":\"20.", said);
    }

    [Fact]
    public async Task A_project_that_an_administrator_does_not_allow_it_is_refused_by_field()
    {
        await using var pods = await StartAsync("docker-refused");
        await DefineAsync(pods);
        await AllowAsync(pods, "privileged");

        var run = await pods.Server.Client.StartRunAsync("yaml", "docker", new RunRequest(), Token);
        var build = await Assert.ThrowsAnyAsync<Exception>(() => DefineAsync(pods, "another"));

        foreach (var words in (string[])[run.ToString()!, build.Message])
        {
            Assert.Contains("advanced_settings.use_host_docker_daemon", words);
            Assert.Contains("host_docker", words);
        }
        Assert.IsNotType<Answer<RunAccepted>.Ok>(run);
        Assert.Empty(await pods.KubectlAsync(Token, "get", "job", "-o", "name"));
    }

    private async Task<PodServer> StartAsync(string name)
    {
        var cluster = await shared.GetAsync(Token);
        Assert.SkipUnless(cluster.IsOwn, "The nodes of a given cluster are not this machine.");
        Assert.SkipWhen(File.Exists(Socket), $"This machine has a docker of its own at {Socket}.");
        return await PodServer.StartAsync(cluster, _scratch, name, Token);
    }

    private static Task DefineAsync(PodServer pods, string name = "docker") =>
        pods.Builds.DefineAsync(name, Script, Token, PodServer.InPod(settings => settings["use_host_docker_daemon"] = true));

    private static async Task AllowAsync(PodServer pods, string setting)
    {
        using var answer = await pods.Server.Http.PutAsync(
            "openapi/projects/project?projectKey=yaml",
            new StringContent(
                $$"""{"project_key":"yaml","project_name":"yaml","allowed_settings":["{{setting}}"]}""", Encoding.UTF8, "application/json"),
            Token);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
    }
}
