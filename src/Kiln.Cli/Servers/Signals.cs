using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Kiln.Cli.Servers;

/// <summary>Asks a process to end; the framework only knows how to kill one.</summary>
internal static partial class Signals
{
    private const int Terminate = 15;

    /// <summary>Sends TERM. A process that is gone already is no error.</summary>
    public static void RequestEnd(Process process)
    {
        if (!process.HasExited)
        {
            _ = Kill(process.Id, Terminate);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
