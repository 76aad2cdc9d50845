using System.CommandLine;
using System.Text.Json.Nodes;
using Kiln.Cli.Connections;
using Kiln.Cli.Output;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln hosts</c>: the machines that run builds.</summary>
internal static class HostsCommand
{
    private static readonly Listing Listing = new(
        host => host.Text("name"),
        [
            new("NAME", host => host.Text("name")),
            new("STATUS", host => host.Text("status")),
            new("RUNS", host => $"{host.Text("active")}/{host.Text("capacity")}"),
            new("LABELS", host => host.Text("labels")),
            new("VERSION", host => host.Text("version")),
            new("LAST SEEN", host => host.Time("last_seen")),
            new("SYSTEM", host => $"{host.Text("os")}/{host.Text("arch")}") { IsExtra = true },
            new("SHELLS", host => host.Text("shells")) { IsExtra = true },
            new("ID", host => host.Text("id")) { IsExtra = true },
        ]);

    public static Command Create(Terminal terminal)
    {
        var command = new Command("hosts", "List the hosts that ever joined.");
        var output = new OutputOption(command);
        var connection = new Connection(command, terminal);
        connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            var listed = await client.GetAsync("openapi/system/hosts", cancellationToken);
            if (listed is not Answer<JsonNode>.Ok { Value: var answer })
            {
                return terminal.Explain(listed);
            }
            await Listing.WriteAsync(terminal, output.Of(parsed), answer.Objects("hosts"), answer);
            return ExitCode.Success;
        });
        return command;
    }
}
