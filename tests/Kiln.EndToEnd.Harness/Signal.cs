using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Kiln.EndToEnd.Harness;

/// <summary>What a person at a keyboard, a supervisor or a crash does to a process.</summary>
public static class Signal
{
    /// <summary>Ctrl-C.</summary>
    public static void Interrupt(Process process) => _ = Kill(process.Id, 2);

    /// <summary>A polite end.</summary>
    public static void Terminate(Process process) => _ = Kill(process.Id, 15);

    /// <summary>A crash.</summary>
    public static void Crash(int pid) => _ = Kill(pid, 9);

    /// <summary>Makes a process stand still: for others it is there and says nothing.</summary>
    public static void Freeze(int pid) => _ = Kill(pid, 19);

    /// <summary>Lets it go on.</summary>
    public static void Thaw(int pid) => _ = Kill(pid, 18);

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}
