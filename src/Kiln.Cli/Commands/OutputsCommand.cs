using System.CommandLine;
using System.Text.Json.Nodes;
using Kiln.Cli.Connections;
using Kiln.Cli.Output;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln outputs RUN [NAME]</c>: what a run put out.</summary>
internal static class OutputsCommand
{
    private static readonly Listing Listing = new(
        item => item.Text("name"), [new("NAME", item => item.Text("name")), new("VALUE", item => item.Text("value"))]);

    public static Command Create(Terminal terminal)
    {
        var run = RunArgument.Create();
        var name = new Argument<string>("NAME")
        {
            Description = "Only the value of this one, for scripts.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("outputs", "Show the outputs of a run.") { run, name };
        var output = new OutputOption(command);
        var connection = new Connection(command, terminal);
        connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            var runId = parsed.GetRequiredValue(run);
            var asked = await client.GetAsync($"openapi/runs/{runId}/outputs", cancellationToken);
            if (asked is not Answer<JsonNode>.Ok { Value: var answer })
            {
                return terminal.Explain(asked);
            }
            var items = answer.Objects("outputs");
            if (parsed.GetValue(name) is not { } wanted)
            {
                await Listing.WriteAsync(terminal, output.Of(parsed), items, answer);
                return ExitCode.Success;
            }
            if (items.FirstOrDefault(item => item.Text("name") == wanted) is not { } one)
            {
                return terminal.Fail(
                    $"Run {runId} has no output \"{wanted}\"; it has {string.Join(", ", items.Select(item => item.Text("name")))}.",
                    ExitCode.Usage);
            }
            await terminal.Output.WriteLineAsync(one.Text("value"));
            return ExitCode.Success;
        });
        return command;
    }
}
