using Kiln.Contracts.Plans;
using Kiln.Runner.Phases;

namespace Kiln.Runner.Steps;

/// <summary>Parameters whose value is a file: it lies in the run's directory, readable by the run's user only, and goes with it.</summary>
internal static class ParameterFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes the file when it is not there, and gives its path.</summary>
    public static string Write(RunScope run, PlannedVariable variable)
    {
        var path = run.Directory.ParameterFile(variable.Name);
        if (File.Exists(path))
        {
            return path;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }
        using var file = new StreamWriter(path, options);
        file.Write(variable.SecretRef is { } secret ? run.Secret(secret) : variable.Value);
        return path;
    }
}
