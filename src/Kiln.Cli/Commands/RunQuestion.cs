using System.CommandLine;
using System.Text.Json.Nodes;
using Kiln.Cli.Connections;
using Kiln.Cli.Output;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Commands;

/// <summary>A command that asks one thing about a run: for people a few words and then a list, for programs the whole answer.</summary>
internal static class RunQuestion
{
    /// <param name="terminal">Where the answer goes.</param>
    /// <param name="word">Name of the command, and of what is asked below the run's path.</param>
    /// <param name="description">Of the command.</param>
    /// <param name="listing">Shows the list; with nothing in it people see the words alone.</param>
    /// <param name="items">Field of the answer that is the list.</param>
    /// <param name="sayAsync">Says the words.</param>
    public static Command Create(
        Terminal terminal, string word, string description, Listing listing, string items, Func<JsonNode, Task> sayAsync)
    {
        var run = RunArgument.Create();
        var command = new Command(word, description) { run };
        var output = new OutputOption(command);
        var connection = new Connection(command, terminal);
        connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            var asked = await client.GetAsync($"openapi/runs/{parsed.GetRequiredValue(run)}/{word}", cancellationToken);
            if (asked is not Answer<JsonNode>.Ok { Value: var answer })
            {
                return terminal.Explain(asked);
            }
            var format = output.Of(parsed);
            var listed = answer.Objects(items);
            if (format is OutputFormat.Table or OutputFormat.Wide)
            {
                await sayAsync(answer);
                if (listed.Count == 0)
                {
                    return ExitCode.Success;
                }
            }
            await listing.WriteAsync(terminal, format, listed, answer);
            return ExitCode.Success;
        });
        return command;
    }
}
