namespace Kiln.Server.Artifacts;

/// <summary>Paths of artifacts: <c>/</c> separated, relative, nothing that leads out or means something to the disk.</summary>
internal static class ArtifactPath
{
    private const int LongestName = 255;
    private const int LongestPath = 1024;

    /// <summary>True when a runner may store and a client may ask for it.</summary>
    public static bool IsValid(string path)
    {
        if (path.Length is 0 or > LongestPath)
        {
            return false;
        }
        foreach (var name in path.Split('/'))
        {
            if (name.Length is 0 or > LongestName || name is "." or ".." || name.Any(static letter => letter is < ' ' or '\\' or '\x7f'))
            {
                return false;
            }
        }
        return true;
    }
}
