using Kiln.Contracts.Builds;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;

namespace Kiln.Server.Planning;

/// <summary>Repositories: what the run overrides, which refs are fetched and merged, where they go.</summary>
internal static class RepoPlanning
{
    /// <summary>The build's repositories with the run's overrides in them.</summary>
    public static IReadOnlyList<RepoInfo> Choose(PlanDraft draft, IReadOnlyList<RepoInfo> repos)
    {
        var chosen = repos.ToArray();
        for (var i = 0; i < draft.Input.Request.RepoInfo.Count; i++)
        {
            var given = draft.Input.Request.RepoInfo[i];
            var index = Array.FindIndex(chosen, repo => repo.CodehostName == given.CodehostName
                && repo.RepoNamespace == given.RepoNamespace && repo.RepoName == given.RepoName);
            if (index < 0)
            {
                draft.Violations.AddUnknown(
                    $"repo_info[{i}]", "repository of this build called",
                    $"{given.CodehostName} {given.RepoNamespace}/{given.RepoName}",
                    repos.Select(repo => $"{repo.CodehostName} {repo.RepoNamespace}/{repo.RepoName}"));
            }
            else if (given is { Tag.Length: > 0, CommitId.Length: > 0 })
            {
                draft.Violations.Add($"repo_info[{i}].commit_id", "Give tag or commit_id, not both.");
            }
            else
            {
                chosen[index] = Override(chosen[index], given);
            }
        }
        return chosen;
    }

    /// <summary>Adds what is checked out; variables must stand already, <c>checkout_path</c> may use them.</summary>
    public static void Add(PlanDraft draft, IReadOnlyList<RepoInfo> repos)
    {
        var variables = draft.PublicVariables();
        for (var i = 0; i < repos.Count; i++)
        {
            AddOne(draft, repos[i], i, variables);
        }
        foreach (var same in draft.Repos.GroupBy(repo => repo.Directory, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            draft.Violations.Add(
                $"repo_info[{same.Last().Index}].checkout_path",
                $"Would be checked out into the same directory \"{same.Key}\" as repo_info[{same.First().Index}].");
        }
    }

    // Naming a ref replaces the whole choice of the definition: its tag, commit and pull requests belong to that choice.
    private static RepoInfo Override(RepoInfo repo, RepoOverride given)
    {
        var named = given is { Branch.Length: > 0 } or { Tag.Length: > 0 } or { CommitId.Length: > 0 };
        var before = named ? repo with { Tag = "", CommitId = "", EnableCommit = false, Prs = [] } : repo;
        return before with
        {
            Branch = given is { Branch.Length: > 0 } ? given.Branch : before.Branch,
            Tag = given.Tag ?? before.Tag,
            CommitId = given.CommitId ?? before.CommitId,
            EnableCommit = given.CommitId is null ? before.EnableCommit : given.CommitId.Length > 0,
            Prs = given.Prs ?? before.Prs,
        };
    }

    private static void AddOne(
        PlanDraft draft, RepoInfo repo, int index, IReadOnlyDictionary<string, string> variables)
    {
        var at = $"repo_info[{index}]";
        if (draft.Input.Catalogue.CodeHost(repo.CodehostName) is not { } host)
        {
            draft.Violations.AddUnknown(
                $"{at}.codehost_name", "code host", repo.CodehostName, draft.Input.Catalogue.CodeHosts.Select(known => known.Name));
            return;
        }
        if (CheckoutDirectory.Of(repo, variables) is not { } directory)
        {
            draft.Violations.Add($"{at}.checkout_path", $"\"{repo.CheckoutPath}\" leads out of the workspace once its variables are filled in.");
            return;
        }
        draft.Repos.Add(new PlannedRepo
        {
            Index = index,
            CodeHost = host.Name,
            Source = host.Type,
            Namespace = repo.RepoNamespace,
            Name = repo.RepoName,
            Url = RepoAddress.Of(host, repo.RepoNamespace, repo.RepoName),
            RemoteName = repo.RemoteName,
            Directory = directory,
            Branch = repo.Tag.Length > 0 ? "" : repo.Branch,
            Tag = repo.Tag,
            PullRequests = repo.Prs,
            Base = Base(repo),
            Merges = Merges(repo, host),
            Submodules = repo.Submodules,
            Credential = Credential(draft, host),
            VerifyTls = host.VerifyTls,
            TlsCa = host.TlsCa,
            Proxy = host.Proxy,
            CommitVariable = BuiltInVariables.RepoPrefix(repo.RepoName) + "_COMMIT_ID",
        });
    }

    private static PlannedRef Base(RepoInfo repo) =>
        repo.Tag.Length > 0 ? new PlannedRef($"refs/tags/{repo.Tag}", Commit: null, repo.Tag)
        : repo is { EnableCommit: true, CommitId.Length: > 0 } ? new PlannedRef(repo.CommitId, repo.CommitId, repo.CommitId[..8])
        : new PlannedRef($"refs/heads/{repo.Branch}", Commit: null, repo.Branch);

    private static IReadOnlyList<PlannedRef> Merges(RepoInfo repo, CatalogueCodeHost host) =>
        repo.MergeBranches.Count > 0
            ? [.. repo.MergeBranches.Select(branch => new PlannedRef($"refs/heads/{branch}", Commit: null, branch))]
            : [.. repo.Prs.Select(number => new PlannedRef(Request(host.Type, number), Commit: null, $"pr{number}"))];

    private static string Request(string type, int number) => type switch
    {
        "gitlab" => $"refs/merge-requests/{number}/head",
        // The last two digits spread changes over directories; the patch set is looked up with the commits.
        "gerrit" => $"refs/changes/{number % 100:00}/{number}/*",
        _ => $"refs/pull/{number}/head",
    };

    private static GitCredential? Credential(PlanDraft draft, CatalogueCodeHost host)
    {
        if (host.Auth == CodeHostAuth.None || host.SealedSecret.Length == 0)
        {
            return null;
        }
        var reference = $"codehost/{host.Name}";
        draft.SealedSecrets[reference] = host.SealedSecret;
        return host.Auth == CodeHostAuth.SshKey
            ? new GitCredential("ssh_key", "", reference, host.KnownHosts)
            : new GitCredential("basic", Username(host), reference);
    }

    /// <summary>The user name, or the one that goes with a token at each kind of code host.</summary>
    internal static string Username(CatalogueCodeHost host) =>
        host.Username.Length > 0 ? host.Username
        : host.Type == "github" ? "x-access-token"
        : "oauth2";
}
