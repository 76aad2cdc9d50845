using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Tests.Fixtures;
using static Kiln.Tests.Runner.RunSpecs;

namespace Kiln.Tests.Runner;

/// <summary>Builds that use the docker daemon of a host which has none.</summary>
public sealed class HostDockerTests
{
    [Fact]
    public async Task Without_a_daemon_the_run_says_so_before_anything_else()
    {
        var end = await EndAsync("unix:///nowhere/docker.sock");

        Assert.Equal((RunStatus.Failed, RunReason.ToolMissing), (end.Status, end.Reason));
        Assert.StartsWith(
            "The build uses the docker daemon of its host, and none answers on test-host at unix:///nowhere/docker.sock (", end.Message);
        Assert.EndsWith("or turn use_host_docker_daemon off.", end.Message);
    }

    [Fact]
    public async Task What_answers_and_is_no_docker_is_told_apart()
    {
        await using var site = new FakePackageSite("hello"u8.ToArray());

        var end = await EndAsync($"tcp://{new Uri(site.Url).Authority}");

        Assert.Contains("(what answers is no docker)", end.Message);
    }

    [Fact]
    public async Task A_daemon_behind_ssh_is_not_asked_and_given_to_the_scripts()
    {
        using var host = new RunnerHost(docker: "ssh://builder@docker.example.com");

        var run = await host.RunAsync(Of(new PlannedStep.HostDocker(), Shell("echo $DOCKER_HOST")));

        Assert.Equal(RunStatus.Passed, (await run.Ended).Status);
        Assert.Equal("ssh://builder@docker.example.com\n", run.LogOf("script"));
    }

    private static async Task<RunEvent.Ended> EndAsync(string docker)
    {
        using var host = new RunnerHost(docker: docker);
        var run = await host.RunAsync(Of(new PlannedStep.HostDocker(), Shell("true")));
        Assert.Equal("docker", run.Events.OfType<RunEvent.StepEnded>().First(step => step.Status == StepStatus.Failed).Name);
        return await run.Ended;
    }
}
