using System.CommandLine;
using System.Text.Json.Nodes;
using Kiln.Cli.Connections;
using Kiln.Cli.Definitions;
using Kiln.Cli.Output;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln export [KIND [NAME]]</c>: definitions as files that <c>kiln apply</c> takes.</summary>
internal static class ExportCommand
{
    private const string Note =
        "# Secrets are shown as ********: applied to this server they stay as they are, for another put their values in.\n";

    public static Command Create(Terminal terminal)
    {
        var kind = KindArgument.Create();
        kind.Arity = ArgumentArity.ZeroOrOne;
        kind.Description += " Without it every kind but tokens.";
        var name = new Argument<string>("NAME") { Description = "Only this one.", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "A JSON list instead of YAML documents." };
        var command = new Command("export", "Write definitions as kiln apply takes them; with --project those of that project.")
        {
            kind, name, json,
        };
        var connection = new Connection(command, terminal).WithProject();
        connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            var export = new Export(client.Definitions, connection.Project(parsed));
            var answer = parsed.GetValue(kind) is not { } word
                ? await export.AllAsync(cancellationToken)
                : await export.OfAsync(DefinitionKinds.Find(word)!, parsed.GetValue(name), cancellationToken);
            if (answer is not Answer<IReadOnlyList<JsonObject>>.Ok { Value: var documents })
            {
                return terminal.Explain(answer);
            }
            await terminal.Output.WriteAsync(parsed.GetValue(json)
                ? $"{JsonText.Of(new JsonArray([.. documents]))}\n"
                : Note + string.Join("---\n", documents.Select(YamlWriter.Document)));
            return ExitCode.Success;
        });
        return command;
    }
}
