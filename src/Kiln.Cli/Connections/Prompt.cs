using System.Text;

namespace Kiln.Cli.Connections;

/// <summary>Asks for a secret without showing it.</summary>
internal static class Prompt
{
    /// <summary>What is typed up to Enter, or the first line of a standard input that is no terminal.</summary>
    /// <returns>The secret; empty = nothing, <c>null</c> = Ctrl-C or Ctrl-D.</returns>
    public static async Task<string?> SecretAsync(Terminal terminal, string question, CancellationToken cancellationToken)
    {
        if (!terminal.IsInputTyped)
        {
            return (await terminal.Input.ReadLineAsync(cancellationToken))?.Trim() ?? "";
        }
        await terminal.Errors.WriteAsync(question);
        // As a key like any other, so that nobody has to wait for one to come.
        Console.TreatControlCAsInput = true;
        var typed = Type();
        Console.TreatControlCAsInput = false;
        await terminal.Errors.WriteLineAsync();
        return typed;
    }

    private static string? Type()
    {
        const char interrupt = '\x03', end = '\x04';
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.KeyChar is interrupt or end)
            {
                return null;
            }
            if (key.Key == ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                typed.Append(key.KeyChar);
            }
        }
        return typed.ToString().Trim();
    }
}
