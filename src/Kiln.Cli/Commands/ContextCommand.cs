using System.CommandLine;
using System.Text.Json.Nodes;
using Kiln.Cli.Connections;
using Kiln.Cli.Output;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln context [NAME]</c>: lists the logins, or makes one of them the current one.</summary>
internal static class ContextCommand
{
    private static readonly Listing Listing = new(
        item => item.Text("name"),
        [
            new("CURRENT", item => item.Text("current") == "true" ? "*" : ""),
            new("NAME", item => item.Text("name")),
            new("SERVER", item => item.Text("server")),
            new("PROJECT", item => item.Text("project")),
        ]);

    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("NAME")
        {
            Description = "Login to use from now on.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("context", "List the logins, or use another one from now on.") { name };
        var output = new OutputOption(command);
        command.SetAction(async (parsed, _) =>
        {
            try
            {
                var logins = Connection.LoginFile.Read();
                if (parsed.GetValue(name) is not { } wanted)
                {
                    var items = logins.Contexts
                        .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                        .Select(pair => Item(pair.Key, pair.Value, logins))
                        .ToList();
                    await Listing.WriteAsync(
                        terminal, output.Of(parsed), items, new JsonArray([.. items.Select(item => item.DeepClone())]));
                    return ExitCode.Success;
                }
                if (!logins.Contexts.ContainsKey(wanted))
                {
                    return terminal.Fail(
                        $"There is no context \"{wanted}\"; kiln context lists those there are, "
                        + $"kiln login URL --context {wanted} makes it.",
                        ExitCode.Usage);
                }
                Connection.LoginFile.Write(logins with { Current = wanted });
                return ExitCode.Success;
            }
            catch (InvalidDataException unusable)
            {
                return terminal.Fail(unusable.Message, ExitCode.Usage);
            }
        });
        return command;
    }

    // Never the token.
    private static JsonObject Item(string name, Login login, Logins logins) => new()
    {
        ["name"] = name,
        ["server"] = login.Server,
        ["project"] = login.Project,
        ["current"] = name == logins.Current,
    };
}
