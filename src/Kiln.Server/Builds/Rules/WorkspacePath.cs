namespace Kiln.Server.Builds.Rules;

/// <summary>Paths that must stay inside the workspace.</summary>
public static class WorkspacePath
{
    public const string Rule = "must stay inside the workspace: relative (or below $WORKSPACE), without \"..\"";

    private static readonly string[] Roots = ["$WORKSPACE", "${WORKSPACE}", "/workspace"];

    /// <summary>True when <paramref name="path"/>, its variables not yet expanded, stays inside.</summary>
    public static bool Stays(string path)
    {
        var root = Roots.FirstOrDefault(root =>
            path.StartsWith(root, StringComparison.Ordinal) && (path.Length == root.Length || path[root.Length] == '/'));
        var rest = root is null ? path : path[root.Length..].TrimStart('/');
        return !rest.StartsWith('/') && IsPlain(rest);
    }

    /// <summary>True for a path without <c>..</c> and control characters.</summary>
    public static bool IsPlain(string path) =>
        !path.Any(char.IsControl) && !path.Split('/', '\\').Contains("..");
}
