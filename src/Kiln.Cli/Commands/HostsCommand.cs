using System.CommandLine;
using System.Text.Json.Nodes;
using Kiln.Cli.Connections;
using Kiln.Cli.Output;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln hosts [pause|resume]</c>: the machines that run builds.</summary>
internal static class HostsCommand
{
    private const string Path = "openapi/system/hosts";

    // How often a host that is to become idle is looked at.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

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
        var command = new Command("hosts", "List the hosts that ever joined; keep runs from one, let them come again.")
        {
            PauseHost(terminal), ResumeHost(terminal),
        };
        var output = new OutputOption(command);
        var connection = new Connection(command, terminal);
        connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            var listed = await client.GetAsync(Path, cancellationToken);
            if (listed is not Answer<JsonNode>.Ok { Value: var answer })
            {
                return terminal.Explain(listed);
            }
            await Listing.WriteAsync(terminal, output.Of(parsed), answer.Objects("hosts"), answer);
            return ExitCode.Success;
        });
        return command;
    }

    private static Command PauseHost(Terminal terminal)
    {
        var host = Host();
        var wait = new Option<bool>("--wait") { Description = "Until the runs that it has are over." };
        var command = new Command("pause", "Keep new runs from a host; those it has go on.") { host, wait };
        new Connection(command, terminal).SetAction(async (parsed, client, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(host);
            var ordered = await client.PostAsync($"{Path}/{Uri.EscapeDataString(name)}/pause", cancellationToken);
            if (ordered is not Answer<JsonNode>.Ok)
            {
                return terminal.Explain(ordered);
            }
            return parsed.GetValue(wait) ? await IdleAsync(client, name, terminal, cancellationToken) : ExitCode.Success;
        });
        return command;
    }

    private static Command ResumeHost(Terminal terminal)
    {
        var host = Host();
        var command = new Command("resume", "Let new runs come to a paused host again.") { host };
        new Connection(command, terminal).SetAction(async (parsed, client, cancellationToken) =>
        {
            var ordered = await client.PostAsync(
                $"{Path}/{Uri.EscapeDataString(parsed.GetRequiredValue(host))}/resume", cancellationToken);
            return ordered is Answer<JsonNode>.Ok ? ExitCode.Success : terminal.Explain(ordered);
        });
        return command;
    }

    private static async Task<int> IdleAsync(
        KilnClient client, string name, Terminal terminal, CancellationToken cancellationToken)
    {
        while (true)
        {
            var listed = await client.GetAsync(Path, cancellationToken);
            if (listed is not Answer<JsonNode>.Ok { Value: var answer })
            {
                return terminal.Explain(listed);
            }
            var busy = answer.Objects("hosts").Where(host => host.Text("name") == name || host.Text("id") == name);
            if (busy.All(host => host.Number("active") == 0))
            {
                return ExitCode.Success;
            }
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }

    private static Argument<string> Host() => new("HOST") { Description = "Its name or id." };
}
