using System.CommandLine;

namespace Kiln.Bench.Measures;

internal static class BareCommand
{
    public static Command Create() => new("bare", "x");
}
