using Kiln.Cli;
using Kiln.Cli.Output;

using var input = new StreamReader(Console.OpenStandardInput());
await using var bytes = Console.OpenStandardOutput();
await using var text = new StreamWriter(bytes) { AutoFlush = true };
return await KilnCommand.RunAsync(args, new Terminal(text, bytes, Console.Error)
{
    Input = input,
    IsInputTyped = !Console.IsInputRedirected,
    Width = Console.IsOutputRedirected ? null : Screen.Width(),
    Palette = Console.IsOutputRedirected ? Palette.None : Palette.Wanted(Environment.GetEnvironmentVariable),
});
