using System.CommandLine;
using System.Diagnostics;
using Kiln.Cli.Servers;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln agent …</c>: the sibling kiln-agent, with the same terminal and arguments.</summary>
internal static class AgentCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("agent", "Join this machine to a server. Every option is kiln-agent's: kiln-agent --help lists them.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var agent = Process.Start(new ProcessStartInfo(Siblings.Agent, parsed.UnmatchedTokens))!;
            // A kill of this process is meant for the agent; Ctrl-C reaches it by itself.
            await using var asked = cancellationToken.Register(() => Signals.Send(agent, Signals.Terminate));
            await agent.WaitForExitAsync(CancellationToken.None);
            return agent.ExitCode;
        });
        return command;
    }
}
