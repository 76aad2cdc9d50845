using Kiln.Contracts.Builds;
using Kiln.Contracts.Plans;

namespace Kiln.Server.Planning;

/// <summary>Where in the workspace a repository goes.</summary>
public static class CheckoutDirectory
{
    /// <summary>Path below the workspace, <c>.</c> for the workspace itself; <c>null</c> when it would lead out of it.</summary>
    /// <param name="repo">The repository.</param>
    /// <param name="variables">What <c>checkout_path</c> may use; no secrets, a path is shown and logged.</param>
    public static string? Of(RepoInfo repo, IReadOnlyDictionary<string, string> variables)
    {
        if (repo.CheckoutPath.Length == 0)
        {
            return repo.RepoName;
        }
        var path = VariableExpansion.Expand(repo.CheckoutPath, variables);
        foreach (var root in (string[])["${WORKSPACE}", "$WORKSPACE"])
        {
            if (path == root || path.StartsWith(root + "/", StringComparison.Ordinal))
            {
                path = path[root.Length..].TrimStart('/');
                break;
            }
        }
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(segment => segment != ".").ToList();
        return path.StartsWith('/') || segments.Exists(segment => segment == "..") || path.Any(char.IsControl) ? null
            : segments.Count == 0 ? "."
            : string.Join('/', segments);
    }
}
