using System.CommandLine;
using Kiln.Cli.Connections;
using Kiln.Cli.Output;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln describe KIND NAME</c>: one definition for people.</summary>
internal static class DescribeCommand
{
    public static Command Create(Terminal terminal)
    {
        var kind = KindArgument.Create();
        var name = new Argument<string>("NAME") { Description = "Its name." };
        var command = new Command("describe", "Show one definition: who changed it when, and all that it says.") { kind, name };
        var connection = new Connection(command, terminal).WithProject();
        connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            var wanted = KindArgument.Of(parsed, kind);
            var project = connection.Project(parsed);
            if (wanted.Scope == DefinitionScope.Required && project.Length == 0)
            {
                return terminal.Fail($"A {wanted.What} belongs to a project; name it with --project KEY.", ExitCode.Usage);
            }
            var found = await client.Definitions.GetAsync(wanted, project, parsed.GetRequiredValue(name), cancellationToken);
            if (found is not Answer<StoredDefinition>.Ok { Value: var stored })
            {
                return terminal.Explain(found);
            }
            await terminal.Output.WriteLineAsync(terminal.Palette.Bold($"{wanted.Word} {wanted.NameOf(stored.Detail)}"));
            await LineAsync(terminal, "created", stored.Detail.Time("create_time"), stored.Detail.Text("created_by"));
            await LineAsync(terminal, "changed", stored.Detail.Time("update_time"), stored.Detail.Text("update_by"));
            await LineAsync(terminal, "revision", stored.Detail.Text("revision"), by: "");
            await terminal.Output.WriteAsync($"\n{YamlWriter.Document(stored.Spec)}");
            return ExitCode.Success;
        });
        return command;
    }

    private static Task LineAsync(Terminal terminal, string title, string value, string by) => value.Length == 0
        ? Task.CompletedTask
        : terminal.Output.WriteLineAsync(
            $"  {terminal.Palette.Dim(DisplayWidth.Pad(title, 10))}{value}{(by.Length > 0 ? $" by {by}" : "")}");
}
