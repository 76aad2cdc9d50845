using System.CommandLine;

namespace Kiln.Cli.Commands;

/// <summary>The argument by which commands name a run.</summary>
internal static class RunArgument
{
    public static Argument<long> Create() => new("RUN") { Description = "Id of the run." };
}
