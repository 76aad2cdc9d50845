using System.Diagnostics;
using Kiln.Contracts.Client;
using Kiln.Contracts.Runs;

namespace Kiln.Bench.Measures;

/// <summary>Seconds of steps, and of the commands that they are compared with.</summary>
internal static class StepTimes
{
    /// <summary>Runs a build once; seconds by step.</summary>
    public static async Task<IReadOnlyDictionary<string, double>> RunAsync(Load load, string build, CancellationToken cancellationToken)
    {
        var runId = await load.StartAsync(build, cancellationToken);
        await load.EndAsync(runId, cancellationToken);
        return await load.World.Server.Client.GetRunAsync(runId, cancellationToken) is Answer<RunView>.Ok { Value: { Status: RunStatus.Passed } run }
            ? run.Steps.ToDictionary(static step => step.Name, static step => step.DurationMs / 1000.0)
            : throw new InvalidOperationException($"{build}: run {runId} did not pass.");
    }

    /// <summary>Seconds of a command line that must succeed.</summary>
    public static async Task<double> ShellAsync(Load load, string command, CancellationToken cancellationToken)
    {
        var began = load.Time.GetTimestamp();
        using var shell = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", $"set -e; {command}"])
        {
            UseShellExecute = false, WorkingDirectory = load.World.Scratch.Path, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var said = shell.StandardError.ReadToEndAsync(cancellationToken);
        await shell.StandardOutput.ReadToEndAsync(cancellationToken);
        await shell.WaitForExitAsync(cancellationToken);
        return shell.ExitCode == 0
            ? load.Time.GetElapsedTime(began).TotalSeconds
            : throw new InvalidOperationException($"{command}: {await said}");
    }
}
