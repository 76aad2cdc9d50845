using System.Diagnostics;
using System.Globalization;
using Kiln.EndToEnd.Harness;

namespace Kiln.Bench.Measures;

/// <summary>Where and of what the figures are.</summary>
internal static class Machine
{
    /// <summary>The head of the table, line by line.</summary>
    public static async Task<IReadOnlyList<string>> DescribeAsync(Scratch scratch, TimeProvider time, CancellationToken cancellationToken)
    {
        var cpu = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[^1];
        var memory = double.Parse(
            File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / (1 << 20);
        var isNative = !File.Exists(Binaries.Server + ".dll");
        var sync = SlowDisk.Measure(scratch, time);
        return
        [
            $"- machine: {Environment.ProcessorCount} × {cpu ?? "unknown processor"}, {Text.Of(memory, "GiB")}, Linux {Environment.OSVersion.Version}, "
                + $"load {File.ReadAllText("/proc/loadavg").Split(' ')[0]} when it began",
            $"- commit: {await CommitAsync(cancellationToken)}, {(isNative ? "compiled ahead of time" : "JIT build: figures for shape only")}",
            $"- date: {time.GetUtcNow():yyyy-MM-dd HH:mm} UTC",
            $"- fsync of 4 KiB on this disk: p50 {Text.Of(sync.Median, "ms")}, p99 {Text.Of(sync.At(0.99), "ms")}",
        ];
    }

    private static async Task<string> CommitAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("git", ["-C", AppContext.BaseDirectory, "describe", "--always", "--dirty"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var git = Process.Start(start)!;
        return (await git.StandardOutput.ReadToEndAsync(cancellationToken)).Trim() is { Length: > 0 } commit ? commit : "unknown";
    }
}
