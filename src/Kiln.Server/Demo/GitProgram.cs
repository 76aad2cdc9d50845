using System.Diagnostics;

namespace Kiln.Server.Demo;

/// <summary>Starts git apart from the user's own configuration.</summary>
internal static class GitProgram
{
    /// <summary>A git process to be started, all three streams redirected.</summary>
    public static ProcessStartInfo Command(string directory, params ReadOnlySpan<string> arguments)
    {
        var start = new ProcessStartInfo("git")
        {
            WorkingDirectory = directory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment.Remove("GIT_DIR");
        return start;
    }

    /// <summary>Runs git to its end with <paramref name="input"/> on stdin.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has what it said.</exception>
    public static async Task RunAsync(ProcessStartInfo start, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        using var git = Process.Start(start) ?? throw new InvalidOperationException("git did not start.");
        var said = git.StandardError.ReadToEndAsync(cancellationToken);
        var printed = git.StandardOutput.ReadToEndAsync(cancellationToken);
        await git.StandardInput.BaseStream.WriteAsync(input, cancellationToken);
        git.StandardInput.Close();
        await git.WaitForExitAsync(cancellationToken);
        if (git.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"git {string.Join(' ', start.ArgumentList)} ended with {git.ExitCode}: {await said}{await printed}");
        }
    }
}
