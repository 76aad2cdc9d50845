using System.IO.Enumeration;

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

    private static readonly EnumerationOptions All = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    /// <summary>Removes <paramref name="root"/> and all below it; an absent one is no error.</summary>
    public static void Remove(string root)
    {
        if (!Directory.Exists(root))
        {
            return;
        }
        var tooDeep = new Queue<string>();
        RemoveBelow(root, root, tooDeep);
        while (tooDeep.TryDequeue(out var moved))
        {
            RemoveBelow(moved, root, tooDeep);
            Directory.Delete(moved);
        }
        Directory.Delete(root);
    }

    private static void RemoveBelow(string directory, string root, Queue<string> tooDeep)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(directory) & Open) != Open)
        {
            File.SetUnixFileMode(directory, File.GetUnixFileMode(directory) | Open);
        }
        foreach (var (path, isDirectory) in Entries(directory))
        {
            if (!isDirectory)
            {
                File.Delete(path);
            }
            else if (path.Length > LongestPath)
            {
                var moved = Path.Combine(root, $".deep-{Guid.NewGuid():n}");
                Directory.Move(path, moved);
                tooDeep.Enqueue(moved);
            }
            else
            {
                RemoveBelow(path, root, tooDeep);
                Directory.Delete(path);
            }
        }
    }

    // What the directory itself says of its entries: none is looked at one by one, save links and where the disk does not tell.
    private static (string Path, bool IsDirectory)[] Entries(string directory) =>
        new FileSystemEnumerable<(string, bool)>(
            directory,
            static (ref FileSystemEntry entry) =>
                (entry.ToFullPath(), entry.IsDirectory && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint)),
            All).ToArray();
}
