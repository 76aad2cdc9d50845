using System.CommandLine;
using System.Text.Json.Nodes;
using Kiln.Cli.Connections;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln login URL</c>: checks a token and keeps it.</summary>
internal static class LoginCommand
{
    public static Command Create(Terminal terminal)
    {
        var server = new Argument<string>("URL")
        {
            Description = "Address of the server, for example https://kiln.example.com.",
        };
        var token = new Option<string>("--token")
        {
            Description = "The token; better let it be asked for, or give it on standard input.",
            HelpName = "TOKEN",
        };
        var context = new Option<string>("--context")
        {
            Description = "Name of this login, when there are several.",
            HelpName = "NAME",
            DefaultValueFactory = static _ => "default",
        };
        var project = new Option<string>("--project")
        {
            Description = "Project of commands that name none.",
            HelpName = "KEY",
            DefaultValueFactory = static _ => "",
        };
        var command = new Command("login", "Check a token with a server and keep it for later commands.") { server, token, context, project };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (ServerChoice.Parse(parsed.GetRequiredValue(server)) is not { } address)
            {
                return terminal.Fail(
                    $"\"{parsed.GetRequiredValue(server)}\" is not an address of a server; it looks like https://kiln.example.com.",
                    ExitCode.Usage);
            }
            if (await TokenAsync(parsed.GetValue(token), address, terminal, cancellationToken) is not { } secret)
            {
                return ExitCode.Interrupted;
            }
            if (secret.Length == 0)
            {
                return terminal.Fail("There is no token: type it when asked, or give it as a line on standard input.", ExitCode.Usage);
            }
            return await LogInAsync(
                new Login(address.ToString(), secret, parsed.GetRequiredValue(project)), parsed.GetRequiredValue(context), terminal,
                cancellationToken);
        });
        return command;
    }

    private static async Task<string?> TokenAsync(string? given, Uri server, Terminal terminal, CancellationToken cancellationToken)
    {
        if (given is null)
        {
            return await Prompt.SecretAsync(terminal, $"Token for {server}: ", cancellationToken);
        }
        await terminal.Errors.WriteLineAsync(Connection.TokenWarning);
        return given.Trim();
    }

    private static async Task<int> LogInAsync(Login login, string context, Terminal terminal, CancellationToken cancellationToken)
    {
        using var client = new KilnClient(new Uri(login.Server), login.Token);
        // A call that every token of a person may make.
        var seen = await client.GetAsync("openapi/projects/project?pageSize=1", cancellationToken);
        if (seen is not Answer<JsonNode>.Ok)
        {
            return terminal.Explain(seen);
        }
        try
        {
            var before = Connection.LoginFile.Read();
            Connection.LoginFile.Write(new Logins(
                context, new Dictionary<string, Login>(before.Contexts, StringComparer.Ordinal) { [context] = login }));
        }
        catch (InvalidDataException unusable)
        {
            return terminal.Fail(unusable.Message, ExitCode.Usage);
        }
        await terminal.Output.WriteLineAsync($"Logged in to {login.Server} as context {context}; kept in {Connection.LoginFile.Path}.");
        return ExitCode.Success;
    }
}
