using System.Diagnostics;
using System.Globalization;

namespace Kiln.Bench.Measures;

/// <summary>What a process takes, from /proc.</summary>
internal static class Footprint
{
    private const double Mega = 1024;

    /// <summary>Memory it has now, in MiB.</summary>
    public static double Memory(int pid) => Kilobytes(pid, "VmRSS:") / Mega;

    /// <summary>Memory it has for itself alone and not from a file, in MiB.</summary>
    public static double Anonymous(int pid) => Kilobytes(pid, "RssAnon:") / Mega;

    /// <summary>Most memory since <see cref="ForgetPeak"/>, in MiB.</summary>
    public static double Peak(int pid) => Kilobytes(pid, "VmHWM:") / Mega;

    /// <summary>Begins to look for the peak anew.</summary>
    public static void ForgetPeak(int pid) => File.WriteAllText($"/proc/{pid}/clear_refs", "5");

    /// <summary>Processor time used so far.</summary>
    public static TimeSpan Processor(int pid)
    {
        using var process = Process.GetProcessById(pid);
        return process.TotalProcessorTime;
    }

    private static double Kilobytes(int pid, string field)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Trim(), CultureInfo.InvariantCulture);
    }
}
