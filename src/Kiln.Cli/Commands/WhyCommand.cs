using System.CommandLine;
using Kiln.Cli.Output;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln why RUN</c>: why it waits, or why it did not pass.</summary>
internal static class WhyCommand
{
    private static readonly Listing Hosts = new(
        host => host.Text("name"),
        [
            new("HOST", host => host.Text("name")),
            new("STATUS", host => host.Text("status")),
            new("MISSING", host => host.Text("missing")),
        ]);

    public static Command Create(Terminal terminal) => RunQuestion.Create(
        terminal, "why", "Say why a run waits, or why it did not pass.", Hosts, "hosts",
        async why =>
        {
            var status = terminal.Palette.Status(why.Text("status"));
            await terminal.Output.WriteLineAsync(why.Text("message") is { Length: > 0 } message
                ? $"{status} ({why.Text("reason")}): {message}"
                : status);
        });
}
