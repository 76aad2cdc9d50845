using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Kiln.EndToEnd.Harness;

/// <summary>What a person at a keyboard, a supervisor or a crash does to a process.</summary>
public static class Signal
{
    /// <summary>Whether this process was told to ignore Ctrl-C, as a script's job in the background is; what it starts ignores it as well.</summary>
    public static bool IsInterruptIgnored { get; } = (Ignored() & (1UL << (2 - 1))) != 0;

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

    private static ulong Ignored()
    {
        const string key = "SigIgn:";
        var line = File.ReadLines("/proc/self/status").First(static line => line.StartsWith(key, StringComparison.Ordinal));
        return ulong.Parse(line[key.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}
