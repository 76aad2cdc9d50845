namespace Kiln.Runner.Steps;

/// <summary>Where a program is on a <c>PATH</c>.</summary>
internal static class ProgramPath
{
    public static string? Find(string program, string path) =>
        path.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);
}
