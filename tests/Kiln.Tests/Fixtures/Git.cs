using System.Diagnostics;

namespace Kiln.Tests.Fixtures;

/// <summary>The real git, apart from the configuration of whoever runs the tests.</summary>
public static class Git
{
    /// <summary>Runs git; gives its exit code and what it printed, errors behind.</summary>
    public static async Task<(int ExitCode, string Said)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        using var git = Process.Start(start)!;
        var printed = git.StandardOutput.ReadToEndAsync();
        var said = git.StandardError.ReadToEndAsync();
        await git.WaitForExitAsync();
        return (git.ExitCode, await printed + await said);
    }
}
