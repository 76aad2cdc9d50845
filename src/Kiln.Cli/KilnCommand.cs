using System.CommandLine;
using System.CommandLine.Parsing;
using Kiln.Cli.Commands;
using Kiln.Cli.Servers;

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
        if (parsed.Errors.Count > 0 && arguments.Count > 0 && parsed.GetResult("--help") is null && !IsDirective(arguments[0]))
        {
            return Refuse(parsed, terminal);
        }
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
        catch (MissingProgramException missing)
        {
            return terminal.Fail(missing.Message, ExitCode.Infrastructure);
        }
    }

    private static bool IsDirective(string argument) => argument.StartsWith('[');

    private static int Refuse(ParseResult parsed, Terminal terminal)
    {
        var words = new List<string>();
        for (var command = parsed.CommandResult; command is not null; command = command.Parent as CommandResult)
        {
            words.Insert(0, command.Command.Name);
        }
        var path = string.Join(' ', words.Skip(1).Prepend("kiln"));
        if (parsed.CommandResult.Command.Subcommands.Count > 0)
        {
            // What is wrong is the word of the command; that one is missing, too, follows from it.
            var known = parsed.CommandResult.Command.Subcommands.Where(command => !command.Hidden).Select(command => command.Name).ToList();
            return terminal.Fail(
                parsed.UnmatchedTokens is [var odd, ..]
                    ? $"There is no command \"{path} {odd}\".{NearestWords.Sentence(odd, known)} {path} --help lists them all."
                    : $"\"{path}\" alone does nothing. It takes one of: {string.Join(", ", known)}.",
                ExitCode.Usage);
        }
        foreach (var error in parsed.Errors)
        {
            terminal.Fail(error.Message, ExitCode.Usage);
        }
        return terminal.Fail($"{path} --help tells what it takes.", ExitCode.Usage);
    }

    private static RootCommand Root(Terminal terminal, Interrupt interrupt) => new("Kiln builds: define, run, read.")
    {
        UpCommand.Create(terminal, interrupt),
        LoginCommand.Create(terminal),
        LogoutCommand.Create(terminal),
        ContextCommand.Create(terminal),
        ApplyCommand.Create(terminal),
        ExportCommand.Create(terminal),
        GetCommand.Create(terminal),
        DescribeCommand.Create(terminal),
        DeleteCommand.Create(terminal),
        ValidateCommand.Create(terminal),
        ExplainCommand.Create(terminal),
        RunCommand.Create(terminal, interrupt),
        RunsCommand.Create(terminal),
        LogsCommand.Create(terminal),
        WhyCommand.Create(terminal),
        CancelCommand.Create(terminal),
        RetryCommand.Create(terminal, interrupt),
        TestsCommand.Create(terminal),
        OutputsCommand.Create(terminal),
        ArtifactsCommand.Create(terminal),
        HostsCommand.Create(terminal),
        TokenCommand.Create(terminal),
        AuditCommand.Create(terminal),
        AgentCommand.Create(terminal),
        BackupCommand.Create(terminal),
        RestoreCommand.Create(),
        CompletionCommand.Create(terminal),
        FootprintCommand.Create(terminal),
    };
}
