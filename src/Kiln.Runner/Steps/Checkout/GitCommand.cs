using Kiln.Contracts.Plans;

namespace Kiln.Runner.Steps.Checkout;

/// <summary>Argument lists of git.</summary>
internal static class GitCommand
{
    /// <summary>More than any history is long: git takes it as "all".</summary>
    public const string WholeHistory = "--depth=2147483647";

    public static string[] Init(string? commit) =>
        commit is { Length: 64 } ? ["init", "-q", "--template=", "--object-format=sha256"] : ["init", "-q", "--template="];

    public static string[] AddRemote(PlannedRepo repo) => ["remote", "add", "--", repo.RemoteName, repo.Url];

    /// <summary>Fetches <paramref name="source"/> (a commit or ref) to where <paramref name="wanted"/> belongs locally.</summary>
    public static string[] Fetch(PlannedRepo repo, PlannedRef wanted, string source, string depth) =>
        ["fetch", "--no-tags", "--no-recurse-submodules", depth, "--", repo.RemoteName, $"+{source}{Target(repo, wanted)}"];

    public static string[] Refresh() => ["update-index", "-q", "--refresh"];

    public static string[] HasCommit(string commit) => ["cat-file", "-e", $"{commit}^{{commit}}"];

    public static string[] CheckOut(string commit) => ["checkout", "-q", "-f", "--detach", commit];

    /// <summary>Commit id in the first line, then the whole message.</summary>
    public static string[] Describe() => ["log", "-1", "--format=%H%n%B"];

    public static string[] MergeBase(string commit) => ["merge-base", "HEAD", commit];

    public static string[] Merge(PlannedRepo repo, PlannedRef merged, string commit) =>
        ["merge", "--no-edit", "--allow-unrelated-histories",
            "-m", $"Merge {merged.Label} into {repo.Base.Label}", commit];

    public static string[] ConflictingFiles() => ["diff", "--name-only", "--diff-filter=U", "-z"];

    public static string[] SyncSubmodules() => ["submodule", "sync", "-q", "--recursive"];

    public static string[] UpdateSubmodules() => ["submodule", "update", "-q", "--init", "--recursive"];

    private static string Target(PlannedRepo repo, PlannedRef wanted) =>
        wanted.Ref == wanted.Commit ? ""
        : wanted.Ref.StartsWith("refs/tags/") ? $":{wanted.Ref}"
        : wanted.Ref.StartsWith("refs/heads/") ? $":refs/remotes/{repo.RemoteName}/{wanted.Ref["refs/heads/".Length..]}"
        : $":refs/remotes/{repo.RemoteName}/{wanted.Label}";
}
