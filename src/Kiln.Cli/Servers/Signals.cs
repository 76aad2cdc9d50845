using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Kiln.Cli.Servers;

/// <summary>Asks a process to end; the framework only knows how to kill one.</summary>
internal static partial class Signals
{
    /// <summary>What Ctrl-C sends.</summary>
    public const int Interrupt = 2;

    /// <summary>What a service manager sends.</summary>
    public const int Terminate = 15;

    /// <summary>Sends a signal. A process that is gone already is no error.</summary>
    public static void Send(Process process, int signal)
    {
        if (!process.HasExited)
        {
            _ = Kill(process.Id, signal);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
