namespace Kiln.Agent;

/// <summary>Which kinds of script this host can run.</summary>
internal static class Shells
{
    /// <summary>Looks on <paramref name="path"/> for what exec starts for each kind.</summary>
    public static IReadOnlyList<string> Detect(string path)
    {
        var directories = path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        bool Has(string program) => directories.Any(directory => File.Exists(Path.Combine(directory, program)));
        var kinds = new List<string>(3);
        if (Has("bash") || Has("sh"))
        {
            kinds.Add("shell");
        }
        if (Has("cmd.exe"))
        {
            kinds.Add("batch_file");
        }
        if (Has("pwsh"))
        {
            kinds.Add("powershell");
        }
        return kinds;
    }
}
