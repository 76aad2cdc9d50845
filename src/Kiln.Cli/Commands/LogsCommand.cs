using System.CommandLine;
using Kiln.Cli.Connections;
using Kiln.Cli.Runs;
using Kiln.Contracts.Client;
using Kiln.Contracts.Runs;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln logs RUN</c>: the log, byte for byte.</summary>
internal static class LogsCommand
{
    public static Command Create(Terminal terminal)
    {
        var run = RunArgument.Create();
        var follow = new Option<bool>("--follow", "-f")
        {
            Description = "Until the run has ended, and end with its exit code.",
        };
        var step = new Option<string>("--step") { Description = "Only what this step wrote, for example script.", HelpName = "NAME" };
        var command = new Command("logs", "Write a run's log to standard output, byte for byte.") { run, follow, step };
        command.Validators.Add(result =>
        {
            if (result.GetValue(follow) && result.GetValue(step) is not null)
            {
                result.AddError("--follow shows the whole log and --step a part of it; give one of them.");
            }
        });
        var connection = new Connection(command, terminal);
        connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            var runId = parsed.GetRequiredValue(run);
            if (parsed.GetValue(follow))
            {
                var ended = await new RunFollower(client, terminal, TimeProvider.System).FollowAsync(runId, cancellationToken);
                return ended is Answer<RunView>.Ok { Value: var view } ? RunVerdict.Of(view) : terminal.Explain(ended);
            }
            var copied = parsed.GetValue(step) is { } name
                ? await client.CopyStepLogAsync(runId, name, terminal.RawOutput, cancellationToken)
                : await client.CopyLogAsync(runId, follow: false, terminal.RawOutput, cancellationToken);
            return copied is Answer<long>.Ok ? ExitCode.Success : terminal.Explain(copied);
        });
        return command;
    }
}
