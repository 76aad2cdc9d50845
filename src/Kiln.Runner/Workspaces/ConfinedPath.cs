namespace Kiln.Runner.Workspaces;

/// <summary>Paths of a plan, held below the workspace.</summary>
internal static class ConfinedPath
{
    /// <summary>
    /// Makes the directories of <paramref name="relative"/> below <paramref name="root"/> one by one. <c>null</c> when
    /// that would leave the root, by <c>..</c> or through a link that a repository brought along.
    /// </summary>
    public static string? CreateDirectory(string root, string relative)
    {
        var current = root;
        foreach (var part in Parts(relative))
        {
            if (part == "..")
            {
                return null;
            }
            current = Path.Combine(current, part);
            var entry = new DirectoryInfo(current);
            if (entry.LinkTarget is not null || File.Exists(current))
            {
                return null;
            }
            entry.Create();
        }
        return current;
    }

    /// <summary>Whether a part of <paramref name="relative"/> below <paramref name="root"/> is a link.</summary>
    public static bool LeadsThroughLink(string root, string relative)
    {
        var current = root;
        return Parts(relative).Any(part => new DirectoryInfo(current = Path.Combine(current, part)).LinkTarget is not null);
    }

    /// <summary>The same path with <c>/</c>, without empty and <c>.</c> parts; <c>null</c> when it has a <c>..</c>.</summary>
    public static string? Normalize(string relative)
    {
        var parts = Parts(relative);
        return parts.Contains("..") ? null : string.Join('/', parts);
    }

    /// <summary>The path below <paramref name="root"/> of one that may begin with it; <c>null</c> when it lies elsewhere.</summary>
    public static string? Below(string root, string path) =>
        path == root ? ""
        : path.StartsWith(root + "/", StringComparison.Ordinal) ? Normalize(path[root.Length..])
        : path.StartsWith('/') ? null
        : Normalize(path);

    private static string[] Parts(string relative) =>
        [.. relative.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(static part => part != ".")];
}
