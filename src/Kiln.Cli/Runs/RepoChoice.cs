using System.Text.Json.Nodes;
using Kiln.Cli.Output;
using Kiln.Contracts.Runs;

namespace Kiln.Cli.Runs;

/// <summary>What a run shall build of a repository instead of what the build says.</summary>
/// <param name="Repo">Which, as <c>name</c> or <c>namespace/name</c>; empty = the only one.</param>
internal sealed record RepoChoice(string Repo, string? Branch, string? Tag, string? Commit, IReadOnlyList<int> Prs)
{
    /// <summary>False: the build's own word holds.</summary>
    public bool IsMade => Branch is not null || Tag is not null || Commit is not null || Prs.Count > 0;

    /// <summary>The override for one of the build's repositories.</summary>
    /// <param name="repos">The repositories, as the build's detail lists them.</param>
    /// <returns>The override, or why there is none.</returns>
    public (RepoOverride? Override, string Problem) For(IReadOnlyList<JsonObject> repos)
    {
        var names = string.Join(", ", repos.Select(Named));
        List<JsonObject> meant = [.. repos.Where(repo => Repo.Length == 0 || Repo == repo.Text("repo_name") || Repo == Named(repo))];
        return meant switch
        {
            [var repo] => (
                new RepoOverride
                {
                    CodehostName = repo.Text("codehost_name"),
                    RepoNamespace = repo.Text("repo_owner"),
                    RepoName = repo.Text("repo_name"),
                    Branch = Branch,
                    Tag = Tag,
                    CommitId = Commit,
                    Prs = Prs.Count > 0 ? Prs : null,
                }, ""),
            _ when repos.Count == 0 => (null, "This build checks out no repository: there is no branch, commit or pull request to choose."),
            [] => (null, $"This build has no repository \"{Repo}\"; it has {names}."),
            _ => (null, $"This build has several repositories; name one with --repo: {names}."),
        };
    }

    private static string Named(JsonObject repo) => $"{repo.Text("repo_owner")}/{repo.Text("repo_name")}";
}
