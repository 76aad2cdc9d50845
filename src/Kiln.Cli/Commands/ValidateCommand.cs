using System.CommandLine;
using System.Text.Json.Nodes;
using Kiln.Cli.Connections;
using Kiln.Cli.Output;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln validate KIND NAME</c>: lets the server connect and log in, as a build would.</summary>
internal static class ValidateCommand
{
    private static readonly string[] Kinds = ["code-host", "registry", "object-storage", "cluster"];

    public static Command Create(Terminal terminal)
    {
        var kind = KindArgument.Create();
        var name = new Argument<string>("NAME") { Description = "Its name." };
        var repo = new Option<string>("--repo") { Description = "Of a code host: try git itself on this repository.", HelpName = "NAMESPACE/NAME" };
        var command = new Command("validate", "Try a code host, registry, object storage or cluster: connect and log in, change nothing.")
        {
            kind, name, repo,
        };
        var output = new OutputOption(command);
        var connection = new Connection(command, terminal).WithProject();
        connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            var wanted = KindArgument.Of(parsed, kind);
            if (!Kinds.Contains(wanted.Word))
            {
                return terminal.Fail(
                    $"There is nothing to connect to in a {wanted.What}; what can be tried is {string.Join(", ", Kinds)}.", ExitCode.Usage);
            }
            var tried = await client.Definitions.ValidateAsync(
                wanted, connection.Project(parsed), parsed.GetRequiredValue(name), parsed.GetValue(repo) ?? "", cancellationToken);
            if (tried is not Answer<JsonNode>.Ok { Value: var answer })
            {
                return terminal.Explain(tried);
            }
            var isFine = answer.Text("ok") == "true";
            await terminal.Output.WriteAsync(output.Of(parsed) switch
            {
                OutputFormat.Json => $"{JsonText.Of(answer)}\n",
                OutputFormat.Yaml => YamlWriter.Document(answer),
                _ => $"{(isFine ? terminal.Palette.Green("ok") : terminal.Palette.Red(answer.Text("problem")))}: {answer.Text("message")}\n",
            });
            return isFine ? ExitCode.Success : ExitCode.Infrastructure;
        });
        return command;
    }
}
