using System.CommandLine;
using System.Text.Json.Nodes;
using Kiln.Cli.Connections;
using Kiln.Cli.Definitions;
using Kiln.Cli.Output;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln get KIND [NAME]</c>: lists definitions, or shows one as the API answers it.</summary>
internal static class GetCommand
{
    public static Command Create(Terminal terminal)
    {
        var kind = KindArgument.Create();
        var name = new Argument<string>("NAME")
        {
            Description = "Its name; without it all are listed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("get", "List definitions of a kind, or get one.") { kind, name };
        var output = new OutputOption(command);
        var connection = new Connection(command, terminal).WithProject();
        connection.SetAction((parsed, client, cancellationToken) =>
        {
            var wanted = KindArgument.Of(parsed, kind);
            var project = connection.Project(parsed);
            return parsed.GetValue(name) is { } one
                ? OneAsync(client.Definitions, wanted, project, one, output.Of(parsed), terminal, cancellationToken)
                : AllAsync(client.Definitions, wanted, project, output.Of(parsed), terminal, cancellationToken);
        });
        return command;
    }

    private static async Task<int> OneAsync(
        DefinitionCalls calls, DefinitionKind kind, string project, string name, OutputFormat format, Terminal terminal,
        CancellationToken cancellationToken)
    {
        if (kind.Scope == DefinitionScope.Required && project.Length == 0)
        {
            return terminal.Fail($"A {kind.What} belongs to a project; name it with --project KEY.", ExitCode.Usage);
        }
        var found = await calls.GetAsync(kind, project, name, cancellationToken);
        if (found is not Answer<StoredDefinition>.Ok { Value.Detail: var detail })
        {
            return terminal.Explain(found);
        }
        await DefinitionListing.Of(kind).WriteAsync(terminal, format, [detail], detail);
        return ExitCode.Success;
    }

    private static async Task<int> AllAsync(
        DefinitionCalls calls, DefinitionKind kind, string project, OutputFormat format, Terminal terminal,
        CancellationToken cancellationToken)
    {
        var scopes = await DefinitionScopes.OfAsync(calls, kind, project, cancellationToken);
        if (scopes is not Answer<IReadOnlyList<string>>.Ok { Value: var places })
        {
            return terminal.Explain(scopes);
        }
        var items = new List<JsonObject>();
        foreach (var place in places)
        {
            var listed = await DefinitionScopes.AllAsync(calls, kind, place, cancellationToken);
            if (listed is not Answer<IReadOnlyList<JsonObject>>.Ok { Value: var found })
            {
                return terminal.Explain(listed);
            }
            items.AddRange(found);
        }
        await DefinitionListing.Of(kind)
            .WriteAsync(terminal, format, items, new JsonArray([.. items.Select(item => item.DeepClone())]));
        return ExitCode.Success;
    }
}
