using System.Text;

namespace Kiln.Cli.Connections;

/// <summary>Asks for a secret without showing it.</summary>
internal static class Prompt
{
    /// <summary>What is typed up to Enter, or the first line of a standard input that is no terminal; empty = nothing.</summary>
    public static async Task<string> SecretAsync(Terminal terminal, string question, CancellationToken cancellationToken)
    {
        if (!terminal.IsInputTyped)
        {
            return (await terminal.Input.ReadLineAsync(cancellationToken))?.Trim() ?? "";
        }
        await terminal.Errors.WriteAsync(question);
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                typed.Append(key.KeyChar);
            }
        }
        await terminal.Errors.WriteLineAsync();
        return typed.ToString().Trim();
    }
}
