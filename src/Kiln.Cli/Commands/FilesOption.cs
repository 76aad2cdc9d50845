using System.CommandLine;

namespace Kiln.Cli.Commands;

/// <summary>The option by which commands name files with definitions.</summary>
internal static class FilesOption
{
    public static Option<string[]> Create(string description) => new("--file", "-f")
    {
        Description = description,
        HelpName = "FILE",
        Required = true,
    };
}
