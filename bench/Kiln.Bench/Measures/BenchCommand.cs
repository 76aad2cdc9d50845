using System.CommandLine;

namespace Kiln.Bench.Measures;

internal static class BenchCommand
{
    public static Command Create() => new("bench", "x");
}
