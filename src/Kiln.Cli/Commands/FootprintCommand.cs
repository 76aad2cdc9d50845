using System.CommandLine;
using System.Globalization;
using Kiln.Cli.Runs;
using Kiln.Cli.Servers;
using Kiln.Contracts.Exec;

namespace Kiln.Cli.Commands;

/// <summary><c>kiln footprint</c>: sizes of the programs and their measured memory when idle; what <c>./kiln build</c> ends with.</summary>
internal static class FootprintCommand
{
    // Long enough for start-up work to settle; only this measurement waits for it.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    public static Command Create(Terminal terminal)
    {
        var command = new Command("footprint", "Measure the sizes of Kiln's programs and their memory when idle.") { Hidden = true };
        command.SetAction(async (_, cancellationToken) =>
        {
            // All are there, or nothing is measured.
            var (agentPath, execPath) = (Siblings.Agent, Siblings.Exec);
            var scratch = Directory.CreateTempSubdirectory("kiln-");
            try
            {
                var server = await ServerAsync(scratch.FullName, cancellationToken);
                var exec = await ExecAsync(Path.Combine(scratch.FullName, "run"), cancellationToken);
                await WriteAsync(terminal, "kiln-server", Siblings.Server, server);
                await WriteAsync(terminal, "kiln-agent", agentPath, idle: null);
                await WriteAsync(terminal, "kiln-exec", execPath, exec);
                await WriteAsync(terminal, "kiln", Environment.ProcessPath!, idle: null);
                return ExitCode.Success;
            }
            finally
            {
                scratch.Delete(recursive: true);
            }
        });
        return command;
    }

    private static Task WriteAsync(Terminal terminal, string name, string path, long? idle) =>
        terminal.Output.WriteLineAsync($"  {name,-12} {RunSummary.Size(new FileInfo(path).Length),10}"
            + (idle is { } bytes ? $"   {RunSummary.Size(bytes),10} idle" : ""));

    private static async Task<long?> ServerAsync(string data, CancellationToken cancellationToken)
    {
        var (server, _) = await ServerProcess.StartAsync(
            ["--listen", "127.0.0.1:0", "--data", Path.Combine(data, "data"), "--log-level", "error"],
            new Dictionary<string, string>(),
            cancellationToken);
        if (server is null)
        {
            return null;
        }
        await using (server)
        {
            await Task.Delay(Settling, TimeProvider.System, cancellationToken);
            return ResidentBytes(server.ProcessId);
        }
    }

    private static async Task<long?> ExecAsync(string runDirectory, CancellationToken cancellationToken)
    {
        if (await ExecLaunch.StartAsync(Siblings.Exec, runDirectory, "footprint", [], cancellationToken)
            is not ExecLaunch.Listening { Pid: var pid })
        {
            return null;
        }
        using var exec = System.Diagnostics.Process.GetProcessById(pid);
        try
        {
            await Task.Delay(Settling, TimeProvider.System, cancellationToken);
            return ResidentBytes(pid);
        }
        finally
        {
            exec.Kill();
        }
    }

    private static long ResidentBytes(int pid)
    {
        const string key = "VmRSS:";
        var line = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith(key, StringComparison.Ordinal));
        return 1024 * long.Parse(line[key.Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
    }
}
