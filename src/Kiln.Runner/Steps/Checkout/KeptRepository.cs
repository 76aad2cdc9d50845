using Kiln.Runner.Workspaces;

namespace Kiln.Runner.Steps.Checkout;

/// <summary>
/// A repository that came with a cache: its objects and index are welcome, since git then changes only files that
/// differ; what would let it run programs or stand in git's way is not.
/// </summary>
internal static class KeptRepository
{
    private static readonly string[] Unwelcome =
        ["config", "config.worktree", "hooks", "modules", "info", "index.lock", "shallow.lock", "HEAD.lock", "MERGE_HEAD"];

    /// <summary>Takes away what is not welcome.</summary>
    /// <returns>True when there is a repository to go on with.</returns>
    public static bool Prepare(string directory)
    {
        var git = new DirectoryInfo(Path.Combine(directory, ".git"));
        if (git.LinkTarget is not null || File.Exists(git.FullName))
        {
            File.Delete(git.FullName);
            return false;
        }
        if (!git.Exists)
        {
            return false;
        }
        foreach (var name in Unwelcome)
        {
            var path = Path.Combine(git.FullName, name);
            if (new DirectoryInfo(path) is { Exists: true, LinkTarget: null })
            {
                TreeRemoval.Remove(path);
            }
            else
            {
                File.Delete(path);
            }
        }
        return File.Exists(Path.Combine(git.FullName, "index"));
    }
}
