using System.Diagnostics;
using Kiln.Contracts.Protocol;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Agent;

/// <summary>A pod without a cluster: two real processes on the directories that its containers would share.</summary>
internal sealed class TestPod : IDisposable
{
    private const string Wait = "cd \"$1\"; until [ -e go ]; do sleep 0.02; done; exec ./kiln-exec room .";

    private readonly TempDirectory _root = new();
    private readonly List<Process> _processes = [];

    private string Shared => Path.Combine(_root.Path, "kiln");

    private string Private => Path.Combine(_root.Path, "kiln-run");

    public string Workspace => Path.Combine(_root.Path, "workspace");

    /// <summary>A file that scripts may wait for.</summary>
    public string Gate => Path.Combine(_root.Path, "gate");

    /// <summary>The container <c>build</c>, once started.</summary>
    public Process? Build { get; private set; }

    /// <summary>Starts the container <c>kiln</c>.</summary>
    public Process StartKiln(Uri server, LeaseKey lease)
    {
        var start = new ProcessStartInfo(
            KilnBinaries.Agent, ["pod", "--shared", Shared, "--private", Private, "--workspace", Workspace])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        start.Environment["KILN_EXEC"] = KilnBinaries.Exec;
        start.Environment["KILN_SERVER"] = server.ToString();
        start.Environment["KILN_LEASE"] = $"{lease.RunId}-{lease.Attempt}-{lease.Fence}";
        start.Environment["KILN_RUN_TOKEN"] = "run-token";
        start.Environment["KILN_POD"] = "kiln-7-1-1";
        start.Environment["KILN_NODE"] = "node-a";
        var kiln = Start(start);
        kiln.ErrorDataReceived += static (_, _) => { };
        kiln.BeginErrorReadLine();
        return kiln;
    }

    /// <summary>Starts the container <c>build</c>, whose image has some environment of its own.</summary>
    public Process StartBuild()
    {
        Directory.CreateDirectory(Shared);
        var start = new ProcessStartInfo("/bin/sh", ["-c", Wait, "sh", Shared]) { UseShellExecute = false };
        foreach (var name in start.Environment.Keys.Where(static name => !name.StartsWith("DOTNET")).ToList())
        {
            start.Environment.Remove(name);
        }
        start.Environment["PATH"] = "/opt/tool/bin:/usr/bin:/bin";
        start.Environment["HOME"] = "/home/image";
        start.Environment["LANG_OF_IMAGE"] = "C.UTF-8";
        return Build = Start(start);
    }

    public static async Task<int> ExitAsync(Process process)
    {
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }

    public static void Terminate(Process process)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        kill.WaitForExit();
    }

    public void OpenGate() => File.WriteAllText(Gate, "");

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill();
                process.WaitForExit();
            }
            process.Dispose();
        }
        _root.Dispose();
    }

    private Process Start(ProcessStartInfo start)
    {
        var process = Process.Start(start)!;
        _processes.Add(process);
        return process;
    }
}
