using System.CommandLine;
using Kiln.Cli.Runs;
using Kiln.Contracts.Client;
using Kiln.Contracts.Runs;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln run BUILD</c>: starts a run.</summary>
internal static class RunCommand
{
    public static Command Create(Terminal terminal, Interrupt interrupt)
    {
        var follow = new Option<bool>("--follow", "-f")
        {
            Description = "Show the log and end with the run's exit code. Ctrl-C leaves the run running; twice cancels it.",
        };
        var command = new Command("run", "Start a run of a build.") { follow };
        new RunWords(command, terminal).SetAction(async (parsed, client, wanted, cancellationToken) =>
        {
            var started = await client.StartRunAsync(wanted.Project, wanted.Build, wanted.Request, cancellationToken);
            if (started is not Answer<RunAccepted>.Ok { Value.RunId: var runId })
            {
                return terminal.Explain(started);
            }
            if (parsed.GetValue(follow))
            {
                return await new FollowedRun(client, terminal, interrupt).FollowAsync(runId, cancellationToken);
            }
            await terminal.Output.WriteLineAsync($"{runId}");
            return ExitCode.Success;
        });
        return command;
    }
}
