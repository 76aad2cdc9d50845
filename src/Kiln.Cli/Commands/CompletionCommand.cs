using System.CommandLine;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln completion bash|zsh|fish</c>: a script that lets a shell complete kiln's words.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # source <(kiln completion bash)
        _kiln() {
          local IFS=$'\n'
          local suggested=$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)
          COMPREPLY=($(compgen -W "$suggested" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _kiln kiln

        """;

    private const string Zsh = """
        #compdef kiln
        # source <(kiln completion zsh)
        _kiln() {
          local -a suggested
          suggested=("${(@f)$(${words[1]} "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
          if (( ${#suggested} )) && [[ -n ${suggested[1]} ]]; then compadd -a suggested; else _files; fi
        }
        compdef _kiln kiln

        """;

    private const string Fish = """
        # kiln completion fish | source
        complete -c kiln -a '(kiln "[suggest:"(commandline -C)"]" (commandline | string collect) 2>/dev/null)'

        """;

    public static Command Create(Terminal terminal)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command(
            "completion", "Print a script that lets a shell complete kiln's words: source <(kiln completion bash).") { shell };
        command.SetAction(async (parsed, _) =>
        {
            await terminal.Output.WriteAsync(parsed.GetRequiredValue(shell) switch { "zsh" => Zsh, "fish" => Fish, _ => Bash });
            return ExitCode.Success;
        });
        return command;
    }
}
