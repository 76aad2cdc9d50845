using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace Kiln.Runner.Workspaces;

/// <summary>Files below a workspace by pattern: <c>*</c> and <c>?</c> within a name, <c>**</c> over directories. Links
/// are not followed.</summary>
internal static class WorkspaceGlob
{
    /// <summary>Relative paths that fit, in ordinal order. A pattern without a wildcard is a file, or everything in a directory.</summary>
    public static IReadOnlyList<string> Find(string root, string pattern)
    {
        if (ConfinedPath.Normalize(pattern) is not { } normal)
        {
            return [];
        }
        var wildcard = normal.AsSpan().IndexOfAny('*', '?');
        var start = wildcard < 0 ? normal : normal[..(normal[..wildcard].LastIndexOf('/') + 1)].TrimEnd('/');
        if (wildcard < 0 && IsFile(Path.Combine(root, normal)))
        {
            return [normal];
        }
        var top = Path.Combine(root, start);
        if (!Directory.Exists(top) || HasLink(root, start))
        {
            return [];
        }
        var fits = Expression(wildcard < 0 ? normal + "/**" : normal);
        return
        [
            .. Files(top).Select(path => Path.GetRelativePath(root, path)).Where(path => fits.IsMatch(path))
                .Order(StringComparer.Ordinal),
        ];
    }

    private static bool IsFile(string path) => new FileInfo(path) is { Exists: true, LinkTarget: null };

    private static bool HasLink(string root, string relative)
    {
        var current = root;
        foreach (var part in relative.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            current = Path.Combine(current, part);
            if (new DirectoryInfo(current).LinkTarget is not null)
            {
                return true;
            }
        }
        return false;
    }

    private static FileSystemEnumerable<string> Files(string top) =>
        new(top, static (ref FileSystemEntry entry) => entry.ToFullPath(),
            new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
        {
            ShouldIncludePredicate = static (ref FileSystemEntry entry) => !entry.IsDirectory,
        };

    private static Regex Expression(string pattern)
    {
        var text = Regex.Escape(pattern)
            .Replace(@"/\*\*/", "/(?:.*/)?", StringComparison.Ordinal)
            .Replace(@"\*\*/", "(?:.*/)?", StringComparison.Ordinal)
            .Replace(@"\*\*", ".*", StringComparison.Ordinal)
            .Replace(@"\*", "[^/]*", StringComparison.Ordinal)
            .Replace(@"\?", "[^/]", StringComparison.Ordinal);
        return new Regex($"^{text}$", RegexOptions.Singleline | RegexOptions.NonBacktracking);
    }
}
