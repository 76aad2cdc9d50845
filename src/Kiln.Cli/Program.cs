using Kiln.Cli;

await using var bytes = Console.OpenStandardOutput();
await using var text = new StreamWriter(bytes) { AutoFlush = true };
return await KilnCommand.RunAsync(args, new Terminal(text, bytes, Console.Error));
