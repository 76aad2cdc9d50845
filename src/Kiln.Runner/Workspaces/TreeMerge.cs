namespace Kiln.Runner.Workspaces;

/// <summary>Moves one tree into another. What is there already stays; links are moved, never followed.</summary>
internal static class TreeMerge
{
    /// <summary>Empties and removes <paramref name="source"/>. In one step when the target is not there.</summary>
    public static void Into(string source, string target)
    {
        if (!Directory.Exists(target))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            Directory.Move(source, target);
            return;
        }
        foreach (var entry in new DirectoryInfo(source).EnumerateFileSystemInfos().ToArray())
        {
            var there = Path.Combine(target, entry.Name);
            if (entry is DirectoryInfo { LinkTarget: null } directory)
            {
                if (new DirectoryInfo(there) is { Exists: true, LinkTarget: null })
                {
                    Into(entry.FullName, there);
                }
                else if (!File.Exists(there))
                {
                    directory.MoveTo(there);
                }
            }
            else if (!Path.Exists(there) && new FileInfo(there).LinkTarget is null)
            {
                Move(entry, there);
            }
        }
        TreeRemoval.Remove(source);
    }

    // .NET moves what a link leads to, or finds nothing there to move; a link is made again instead.
    private static void Move(FileSystemInfo entry, string there)
    {
        if (entry.LinkTarget is { } target)
        {
            File.CreateSymbolicLink(there, target);
        }
        else
        {
            File.Move(entry.FullName, there);
        }
    }
}
