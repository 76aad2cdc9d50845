using System.CommandLine;
using System.Text.Json;
using Kiln.Cli.Connections;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln cancel RUN</c>: stops a run.</summary>
internal static class CancelCommand
{
    public static Command Create(Terminal terminal)
    {
        var run = RunArgument.Create();
        var command = new Command("cancel", "Stop a run: its processes are asked to end, then made to.") { run };
        var connection = new Connection(command, terminal);
        connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            var cancelled = await client.CancelRunAsync(parsed.GetRequiredValue(run), cancellationToken);
            return cancelled is Answer<JsonElement>.Ok ? ExitCode.Success : terminal.Explain(cancelled);
        });
        return command;
    }
}
