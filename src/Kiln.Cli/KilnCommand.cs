using System.CommandLine;
using Kiln.Cli.Commands;

namespace Kiln.Cli;

/// <summary>The client's command line: one file a command.</summary>
internal static class KilnCommand
{
    /// <summary>Parses and runs a command line.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal)
    {
        using var interrupt = new Interrupt();
        var parsed = Root(terminal, interrupt).Parse(arguments);
        var configuration = new InvocationConfiguration
        {
            Output = terminal.Output,
            Error = terminal.Errors,
            // Interrupt decides what Ctrl-C means, and how long stopping may take.
            ProcessTerminationTimeout = null,
            EnableDefaultExceptionHandler = false,
        };
        try
        {
            var code = await parsed.InvokeAsync(configuration, interrupt.Token);
            return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
        }
        catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
    }

    private static RootCommand Root(Terminal terminal, Interrupt interrupt) => new("Kiln builds: define, run, read.")
    {
        UpCommand.Create(terminal, interrupt),
        RunCommand.Create(terminal),
        RunsCommand.Create(terminal),
        LogsCommand.Create(terminal),
        WhyCommand.Create(terminal),
        CancelCommand.Create(terminal),
        AgentCommand.Create(terminal),
        BackupCommand.Create(terminal),
        RestoreCommand.Create(),
        FootprintCommand.Create(terminal),
    };
}
