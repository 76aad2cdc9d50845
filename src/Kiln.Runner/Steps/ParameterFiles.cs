using Kiln.Contracts.Plans;
using Kiln.Runner.Phases;

namespace Kiln.Runner.Steps;

/// <summary>Parameters whose value is a file: it lies in the run's directory, readable by the run's user only, and goes with it.</summary>
internal static class ParameterFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes the file when this runner has not done so, and gives its path.</summary>
    public static string Write(RunScope run, PlannedVariable variable)
    {
        var path = run.Directory.ParameterFile(variable.Name);
        if (!run.Written.Add(path))
        {
            return path;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // What is there may be a script's, and lead elsewhere.
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }
        using var file = new StreamWriter(path, options);
        file.Write(variable.SecretRef is { } secret ? run.Secret(secret) : variable.Value);
        return path;
    }
}
