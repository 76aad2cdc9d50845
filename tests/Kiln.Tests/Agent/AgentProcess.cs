using System.Diagnostics;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Agent;

/// <summary>A real kiln-agent on a real kiln-exec, talking to a server that is not one.</summary>
internal sealed class AgentProcess : IDisposable
{
    private readonly Process _process;

    private AgentProcess(Process process) => _process = process;

    public static AgentProcess Start(Uri server, string data, params string[] more)
    {
        var start = new ProcessStartInfo(
            KilnBinaries.Agent, ["--server", server.ToString(), "--data", data, "--name", "test-host", .. more])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        start.Environment["KILN_EXEC"] = KilnBinaries.Exec;
        start.Environment["KILN_AGENT_TOKEN"] = "agent-token";
        var process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        return new AgentProcess(process);
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>SIGTERM, and its exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await _process.WaitForExitAsync(CancellationToken.None);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
        _process.Dispose();
    }
}
