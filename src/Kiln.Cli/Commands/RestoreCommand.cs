using System.CommandLine;
using System.Diagnostics;
using Kiln.Cli.Servers;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln restore FILE</c>: the sibling kiln-server puts a backup into an empty data directory.</summary>
internal static class RestoreCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "What kiln backup wrote." };
        var command = new Command(
            "restore",
            "Put a backup into an empty data directory (--data DIR) and, on PostgreSQL, an empty database (--database). "
            + "Every other option is kiln-server's.")
        {
            file,
        };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var server = Process.Start(
                new ProcessStartInfo(Siblings.Server, ["restore", parsed.GetValue(file)!, .. parsed.UnmatchedTokens]))!;
            await using var asked = cancellationToken.Register(() => Signals.Send(server, Signals.Terminate));
            await server.WaitForExitAsync(CancellationToken.None);
            return server.ExitCode;
        });
        return command;
    }
}
