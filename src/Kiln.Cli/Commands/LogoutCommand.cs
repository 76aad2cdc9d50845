using System.CommandLine;
using Kiln.Cli.Connections;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln logout [CONTEXT]</c>: forgets a login; the token stays good until it is revoked.</summary>
internal static class LogoutCommand
{
    public static Command Create(Terminal terminal)
    {
        var context = new Argument<string>("CONTEXT")
        {
            Description = "Name of the login; without it the current one.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("logout", "Forget a login. Its token stays good: kiln token revoke ends one.") { context };
        command.SetAction(parsed =>
        {
            try
            {
                var logins = Connection.LoginFile.Read();
                var name = parsed.GetValue(context) ?? logins.Current;
                if (!logins.Contexts.ContainsKey(name))
                {
                    return terminal.Fail(name.Length == 0 ? "You are not logged in." : $"There is no context \"{name}\".", ExitCode.Usage);
                }
                var left = logins.Contexts.Where(pair => pair.Key != name).ToDictionary(StringComparer.Ordinal);
                Connection.LoginFile.Write(new Logins(name == logins.Current ? "" : logins.Current, left));
                return ExitCode.Success;
            }
            catch (InvalidDataException unusable)
            {
                return terminal.Fail(unusable.Message, ExitCode.Usage);
            }
        });
        return command;
    }
}
