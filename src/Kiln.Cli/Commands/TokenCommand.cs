using System.CommandLine;
using System.Text.Json.Nodes;
using Kiln.Cli.Connections;
using Kiln.Cli.Definitions;
using Kiln.Cli.Output;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln token create|list|revoke</c>.</summary>
internal static class TokenCommand
{
    public static Command Create(Terminal terminal) => new("token", "Make, list and revoke tokens.")
    {
        Make(terminal), List(terminal), Revoke(terminal),
    };

    private static Command Make(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "What it is called in lists and in the audit record." };
        var kind = new Option<string>("--kind")
        {
            Description = "user, agent (joins hosts) or admin.",
            HelpName = "KIND",
            DefaultValueFactory = static _ => "user",
        };
        kind.AcceptOnlyFromAmong("user", "agent", "admin");
        var roles = new Option<string[]>("--role")
        {
            Description = "Role in a project: owner, editor, runner or viewer; * is every project; may be repeated.",
            HelpName = "PROJECT=ROLE",
            DefaultValueFactory = static _ => [],
        };
        roles.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
            {
                result.AddError($"--role {token.Value} must be PROJECT=ROLE, for example demo=runner.");
            }
        });
        var verbs = new Option<string[]>("--verb")
        {
            Description = "Limit it to read, run, edit or own; may be repeated.",
            HelpName = "VERB",
            DefaultValueFactory = static _ => [],
        };
        var expires = SpanOption.Create("--expires", "When it ends, from now, for example 90d; without it never.");
        var description = new Option<string>("--description") { Description = "What it is for.", HelpName = "TEXT" };
        var command = new Command("create", "Make a token and print it; it is shown only now.")
        {
            name, kind, roles, verbs, expires, description,
        };
        var output = new OutputOption(command);
        var connection = new Connection(command, terminal);
        connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            var end = SpanOption.Of(parsed, expires) is { } span ? (TimeProvider.System.GetUtcNow() + span).ToUnixTimeSeconds() : 0;
            var made = await client.Definitions.CreateAsync(
                DefinitionKinds.Token,
                new JsonObject
                {
                    ["name"] = parsed.GetRequiredValue(name),
                    ["kind"] = parsed.GetRequiredValue(kind),
                    ["description"] = parsed.GetValue(description) ?? "",
                    ["grants"] = new JsonArray([.. parsed.GetRequiredValue(roles).Select(Grant)]),
                    ["verbs"] = new JsonArray([.. parsed.GetRequiredValue(verbs).Select(verb => JsonValue.Create(verb))]),
                    ["expires_time"] = end,
                },
                cancellationToken);
            if (made is not Answer<JsonObject>.Ok { Value: var token })
            {
                return terminal.Explain(made);
            }
            await terminal.Output.WriteLineAsync(output.Of(parsed) switch
            {
                OutputFormat.Json => JsonText.Of(token),
                OutputFormat.Yaml => YamlWriter.Document(token).TrimEnd('\n'),
                OutputFormat.Name => token.Text("name"),
                _ => token.Text("token"),
            });
            return ExitCode.Success;
        });
        return command;
    }

    private static JsonObject Grant(string role) =>
        role.Split('=', 2) is [var project, var word] ? new JsonObject { ["project_key"] = project, ["role"] = word } : new JsonObject();

    private static Command List(Terminal terminal)
    {
        var command = new Command("list", "List tokens: what they may do, never the tokens themselves.");
        var output = new OutputOption(command);
        var connection = new Connection(command, terminal);
        connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            var listed = await DefinitionScopes.AllAsync(client.Definitions, DefinitionKinds.Token, "", cancellationToken);
            if (listed is not Answer<IReadOnlyList<JsonObject>>.Ok { Value: var tokens })
            {
                return terminal.Explain(listed);
            }
            await DefinitionListing.Of(DefinitionKinds.Token)
                .WriteAsync(terminal, output.Of(parsed), tokens, new JsonArray([.. tokens.Select(token => token.DeepClone())]));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Revoke(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "Its name." };
        var command = new Command("revoke", "End a token at once.") { name };
        var connection = new Connection(command, terminal);
        connection.SetAction(async (parsed, client, cancellationToken) =>
        {
            var revoked = await client.Definitions.DeleteAsync(
                DefinitionKinds.Token, "", parsed.GetRequiredValue(name), withContents: false, cancellationToken);
            return revoked is Answer<JsonObject>.Ok ? ExitCode.Success : terminal.Explain(revoked);
        });
        return command;
    }
}
