namespace Kiln.Runner.Workspaces;

/// <summary>
/// Removes a tree that a script has left behind: links are removed, never followed; directories without write
/// permission are opened first; trees deeper than a path may be long are taken apart.
/// </summary>
internal static class TreeRemoval
{
    /// <summary>Well below PATH_MAX, and it bounds the recursion.</summary>
    private const int LongestPath = 2000;

    private const UnixFileMode Open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Removes <paramref name="root"/> and all below it; an absent one is no error.</summary>
    public static void Remove(string root)
    {
        if (!Directory.Exists(root))
        {
            return;
        }
        var tooDeep = new Queue<string>();
        RemoveTree(new DirectoryInfo(root), root, tooDeep);
        while (tooDeep.TryDequeue(out var moved))
        {
            RemoveTree(new DirectoryInfo(moved), root, tooDeep);
        }
        Directory.Delete(root);
    }

    private static void RemoveTree(DirectoryInfo directory, string root, Queue<string> tooDeep)
    {
        if (!OperatingSystem.IsWindows() && (directory.UnixFileMode & Open) != Open)
        {
            directory.UnixFileMode |= Open;
        }
        foreach (var entry in directory.EnumerateFileSystemInfos().ToArray())
        {
            if (entry is not DirectoryInfo child || entry.LinkTarget is not null)
            {
                File.Delete(entry.FullName);
            }
            else if (child.FullName.Length > LongestPath)
            {
                var moved = Path.Combine(root, $".deep-{Guid.NewGuid():n}");
                child.MoveTo(moved);
                tooDeep.Enqueue(moved);
            }
            else
            {
                RemoveTree(child, root, tooDeep);
            }
        }
        if (directory.FullName != root)
        {
            directory.Delete();
        }
    }
}
