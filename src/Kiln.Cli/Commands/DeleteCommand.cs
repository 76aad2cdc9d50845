using System.CommandLine;
using System.Text.Json.Nodes;
using Kiln.Cli.Connections;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln delete KIND NAME</c>: deletes a definition that nothing refers to.</summary>
internal static class DeleteCommand
{
    public static Command Create(Terminal terminal)
    {
        var kind = KindArgument.Create();
        var names = new Argument<string[]>("NAME")
        {
            Description = "Its name; several are deleted in their order.",
            Arity = ArgumentArity.OneOrMore,
        };
        var contents = new Option<bool>("--with-contents")
        {
            Description = "Of a project: delete what is defined in it too. Runs stay readable.",
        };
        var command = new Command("delete", "Delete definitions that nothing refers to.") { kind, names, contents };
        var connection = new Connection(command, terminal).WithProject();
        connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            var wanted = KindArgument.Of(parsed, kind);
            var project = connection.Project(parsed);
            if (wanted.Scope == DefinitionScope.Required && project.Length == 0)
            {
                return terminal.Fail($"A {wanted.What} belongs to a project; name it with --project KEY.", ExitCode.Usage);
            }
            foreach (var name in parsed.GetRequiredValue(names))
            {
                var deleted = await client.Definitions.DeleteAsync(
                    wanted, project, name, parsed.GetValue(contents) && wanted == DefinitionKinds.Project, cancellationToken);
                if (deleted is not Answer<JsonObject>.Ok)
                {
                    return terminal.Explain(deleted);
                }
                await terminal.Output.WriteLineAsync($"{wanted.Word} {name} deleted");
            }
            return ExitCode.Success;
        });
        return command;
    }
}
