using System.CommandLine;
using System.Text.Json.Nodes;
using Kiln.Cli.Connections;
using Kiln.Cli.Definitions;
using Kiln.Cli.Output;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln apply -f FILE</c>: makes the server have what files say.</summary>
internal static class ApplyCommand
{
    private static readonly Listing Listing = new(
        item => $"{item.Text("kind")}/{(item.Text("project_key") is { Length: > 0 } project ? $"{project}/" : "")}{item.Text("name")}",
        [new("KIND", item => item.Text("kind")), new("NAME", item => item.Text("name")), new("CHANGE", item => item.Text("change"))]);

    public static Command Create(Terminal terminal)
    {
        var files = FilesOption.Create("File, directory, or - for standard input; may be repeated.");
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what would change, and change nothing." };
        var prune = new Option<string[]>("--prune")
        {
            Description = "Delete what this project has and the files have not: builds, services, variables, code hosts. May be repeated.",
            HelpName = "KEY",
            DefaultValueFactory = static _ => [],
        };
        var command = new Command("apply", "Make the server have what files say. Everything is checked before anything is changed.")
        {
            files, dryRun, prune,
        };
        var output = new OutputOption(command);
        var connection = new Connection(command, terminal).WithProject();
        connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            var reader = new DefinitionReader(connection.Project(parsed), terminal.Input);
            foreach (var file in parsed.GetRequiredValue(files))
            {
                await reader.ReadAsync(file, cancellationToken);
            }
            if (reader.Problems.Count > 0)
            {
                return Refuse(terminal, reader.Problems, ExitCode.Usage);
            }
            var pruned = parsed.GetRequiredValue(prune);
            return await new ApplyPlanner(client.Definitions, reader.Documents).PlanAsync(pruned, cancellationToken) switch
            {
                ApplyPlan.Refused refused => Refuse(terminal, refused.Problems, refused.ExitCode),
                ApplyPlan.Ready ready => await ApplyAsync(
                    ready.Changes, parsed.GetValue(dryRun), output.Of(parsed), client, terminal, cancellationToken),
                _ => throw new InvalidOperationException("A kind of plan is missing here."),
            };
        });
        return command;
    }

    private static async Task<int> ApplyAsync(
        IReadOnlyList<PlannedChange> changes, bool dryRun, OutputFormat format, KilnClient client, Terminal terminal,
        CancellationToken cancellationToken)
    {
        var isForPeople = format is OutputFormat.Table or OutputFormat.Wide;
        if (isForPeople)
        {
            foreach (var change in changes)
            {
                await terminal.Output.WriteAsync(ChangeText.Of(change, terminal.Palette));
            }
        }
        var code = dryRun
            ? ExitCode.Success
            : await new Application(client.Definitions, terminal).MakeAsync(changes, cancellationToken);
        if (code != ExitCode.Success)
        {
            return code;
        }
        if (isForPeople)
        {
            await terminal.Output.WriteLineAsync(dryRun
                ? $"would be: {ChangeText.Counts(changes)}; nothing was changed"
                : ChangeText.Counts(changes));
            return code;
        }
        var items = changes.Select(Item).ToList();
        await Listing.WriteAsync(terminal, format, items, new JsonArray([.. items.Select(item => item.DeepClone())]));
        return code;
    }

    private static JsonObject Item(PlannedChange change) => new()
    {
        ["kind"] = change.Id.Kind.Word,
        ["project_key"] = change.Id.Project,
        ["name"] = change.Id.Name,
        ["change"] = change.Kind.ToString().ToLowerInvariant(),
    };

    private static int Refuse(Terminal terminal, IReadOnlyList<string> problems, int code)
    {
        foreach (var problem in problems)
        {
            terminal.Fail(problem, code);
        }
        return terminal.Fail(problems.Count == 1 ? "nothing was changed." : $"{problems.Count} problems; nothing was changed.", code);
    }
}
