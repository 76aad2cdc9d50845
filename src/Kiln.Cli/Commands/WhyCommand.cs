using System.CommandLine;
using Kiln.Cli.Connections;
using Kiln.Cli.Runs;
using Kiln.Contracts.Client;
using Kiln.Contracts.Runs;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln why RUN</c>: why it waits, or why it did not pass.</summary>
internal static class WhyCommand
{
    public static Command Create(Terminal terminal)
    {
        var run = RunArgument.Create();
        var command = new Command("why", "Say why a run waits, or why it did not pass.") { run };
        var connection = new Connection(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = connection.Open(parsed);
            var asked = await client.WhyAsync(parsed.GetRequiredValue(run), cancellationToken);
            if (asked is not Answer<RunWhy>.Ok { Value: var why })
            {
                return terminal.Explain(asked);
            }
            await terminal.Output.WriteLineAsync(why.Message.Length > 0
                ? $"{RunSummary.Word(why.Status)} ({why.Reason}): {why.Message}"
                : $"{RunSummary.Word(why.Status)}");
            return ExitCode.Success;
        });
        return command;
    }
}
