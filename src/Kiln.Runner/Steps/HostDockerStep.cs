using Kiln.Contracts.Runs;
using Kiln.Runner.Phases;

namespace Kiln.Runner.Steps;

/// <summary>Makes sure that the docker daemon of the host answers before a build that uses it begins.</summary>
internal static class HostDockerStep
{
    public static async Task<StepResult> RunAsync(RunScope run)
    {
        var address = DockerDaemon.AddressOf(run.Place);
        try
        {
            switch (await DockerDaemon.AskAsync(address, run.Place.Clock, run.Stop.Token))
            {
                case DaemonAnswer.Answers answers:
                    await run.SayAsync($"docker {answers.Version} at {address} is the scripts' DOCKER_HOST");
                    return new StepResult.Passed();
                case DaemonAnswer.NotAsked:
                    await run.SayAsync($"{address} is the scripts' DOCKER_HOST; whether a docker answers there is not asked");
                    return new StepResult.Passed();
                case DaemonAnswer.Forbidden:
                    return new StepResult.Failed(
                        RunReason.ToolMissing,
                        $"The build uses the docker daemon of its host, and the agent on {run.Place.HostName} may not open {address}: "
                            + "add its user to the group that owns the socket.");
                case DaemonAnswer.Silent silent:
                    return new StepResult.Failed(
                        RunReason.ToolMissing,
                        $"The build uses the docker daemon of its host, and none answers on {run.Place.HostName} at {address} ({silent.Why}): "
                            + "start one there, say in DOCKER_HOST of the agent where it is, or turn use_host_docker_daemon off.");
                default:
                    throw new InvalidOperationException("an answer of a daemon that nobody knows");
            }
        }
        catch (OperationCanceledException) when (run.Stop.Token.IsCancellationRequested)
        {
            return new StepResult.Stopped();
        }
    }
}
