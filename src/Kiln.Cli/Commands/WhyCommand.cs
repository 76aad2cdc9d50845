using System.CommandLine;
using System.Text.Json.Nodes;
using Kiln.Cli.Connections;
using Kiln.Cli.Output;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln why RUN</c>: why it waits, or why it did not pass.</summary>
internal static class WhyCommand
{
    private static readonly Listing Hosts = new(
        host => host.Text("name"),
        [
            new("HOST", host => host.Text("name")),
            new("STATUS", host => host.Text("status")),
            new("MISSING", host => host.Text("missing")),
        ]);

    public static Command Create(Terminal terminal)
    {
        var run = RunArgument.Create();
        var command = new Command("why", "Say why a run waits, or why it did not pass.") { run };
        var output = new OutputOption(command);
        var connection = new Connection(command, terminal);
        connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            var asked = await client.GetAsync($"openapi/runs/{parsed.GetRequiredValue(run)}/why", cancellationToken);
            if (asked is not Answer<JsonNode>.Ok { Value: var why })
            {
                return terminal.Explain(asked);
            }
            var format = output.Of(parsed);
            var hosts = why.Objects("hosts");
            if (format is OutputFormat.Table or OutputFormat.Wide)
            {
                var status = terminal.Palette.Status(why.Text("status"));
                await terminal.Output.WriteLineAsync(why.Text("message") is { Length: > 0 } message
                    ? $"{status} ({why.Text("reason")}): {message}"
                    : status);
                if (hosts.Count == 0)
                {
                    return ExitCode.Success;
                }
            }
            await Hosts.WriteAsync(terminal, format, hosts, why);
            return ExitCode.Success;
        });
        return command;
    }
}
