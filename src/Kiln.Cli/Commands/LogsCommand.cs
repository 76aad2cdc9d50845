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
        var tail = new Option<int?>("--tail", "-n") { Description = "Only the last so many lines.", HelpName = "N" };
        var times = new Option<bool>("--timestamps", "-t") { Description = "Say in front of each line when it arrived." };
        var command = new Command("logs", "Write a run's log to standard output, byte for byte.") { run, follow, step, tail, times };
        command.Validators.Add(result =>
        {
            var isPart = result.GetValue(step) is not null || result.GetValue(tail) is not null || result.GetValue(times);
            if (isPart && result.GetValue(follow))
            {
                result.AddError("--follow shows the whole log as it is; --step, --tail and --timestamps do not go with it.");
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
            var part = new LogPart
            {
                Step = parsed.GetValue(step) ?? "",
                Tail = parsed.GetValue(tail),
                HasTimes = parsed.GetValue(times),
            };
            var copied = await client.CopyLogAsync(runId, part, terminal.RawOutput, cancellationToken);
            return copied is Answer<long>.Ok ? ExitCode.Success : terminal.Explain(copied);
        });
        return command;
    }
}
