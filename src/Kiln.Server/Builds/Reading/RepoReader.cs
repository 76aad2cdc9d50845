using Kiln.Contracts.Builds;
using Kiln.Server.Bodies;
using Kiln.Server.Builds.Rules;
using Kiln.Server.Planning;

namespace Kiln.Server.Builds.Reading;

/// <summary>Reads <c>repo_info</c> of a build, a template or a target.</summary>
/// <param name="catalogue">Has the code hosts.</param>
/// <param name="stored">What an update replaces: additions that are absent are kept from the same repository.</param>
public sealed class RepoReader(Catalogue catalogue, IReadOnlyList<RepoInfo> stored)
{
    public IReadOnlyList<RepoInfo> Read(BodyObject body, Presence presence)
    {
        var directories = new Dictionary<string, int>(StringComparer.Ordinal);
        var index = 0;
        return body.Objects("repo_info", presence, item =>
        {
            var repo = ReadRepo(item);
            var directory = repo.CheckoutPath.Length > 0 ? repo.CheckoutPath.Trim('/') : repo.RepoName;
            if (directory.Length > 0 && !directories.TryAdd(directory, index))
            {
                item.Refuse(
                    "checkout_path",
                    $"Would be the same directory \"{Quoted.Short(directory)}\" as repo_info[{directories[directory]}]; give one of them its own.");
            }
            index++;
            return repo;
        });
    }

    private RepoInfo ReadRepo(BodyObject item)
    {
        var host = ReadHost(item);
        var owner = Checked(item, "repo_namespace", GitName.IsNamespace, "a namespace of a code host");
        var name = Checked(item, "repo_name", GitName.IsSegment, "a repository's name");
        var before = stored.FirstOrDefault(repo =>
            repo.CodehostName == host && repo.RepoNamespace == owner && repo.RepoName == name);
        var commit = ReadCommit(item, before?.CommitId ?? "");
        var enableCommit = item.Flag("enable_commit", before?.EnableCommit ?? false);
        if (enableCommit && commit.Length == 0)
        {
            item.Refuse("commit_id", "Is required when enable_commit is true.");
        }
        return new RepoInfo
        {
            CodehostName = host,
            RepoNamespace = owner,
            RepoName = name,
            Branch = Checked(item, "branch", GitName.IsRef, "a branch name"),
            Tag = Ref(item, "tag", before?.Tag ?? "", "a tag name"),
            EnableCommit = enableCommit,
            CommitId = commit,
            Prs = ReadPrs(item, before?.Prs ?? []),
            MergeBranches = ReadMergeBranches(item, before?.MergeBranches ?? []),
            RemoteName = Ref(item, "remote_name", before?.RemoteName ?? "", "a remote's name") is { Length: > 0 } remote ? remote : "origin",
            CheckoutPath = ReadCheckoutPath(item, before?.CheckoutPath ?? ""),
            Submodules = item.Flag("submodules", before?.Submodules ?? false),
        };
    }

    private string ReadHost(BodyObject item)
    {
        var name = item.Text("codehost_name", Presence.Filled);
        if (name.Length > 0 && catalogue.CodeHost(name) is null)
        {
            item.Violations.AddUnknown(
                item.At("codehost_name"), "code host", name, catalogue.CodeHosts.Select(host => host.Name));
        }
        return name;
    }

    private static string Checked(BodyObject item, string field, Predicate<string> rule, string what)
    {
        var text = item.Text(field, Presence.Filled);
        if (text.Length > 0 && !rule(text))
        {
            item.Refuse(field, $"\"{Quoted.Short(text)}\" cannot be {what}.");
        }
        return text;
    }

    private static string Ref(BodyObject item, string field, string before, string what)
    {
        if (!item.Has(field))
        {
            return before;
        }
        var text = item.Text(field, Presence.Optional);
        if (text.Length > 0 && !GitName.IsRef(text))
        {
            item.Refuse(field, $"\"{Quoted.Short(text)}\" cannot be {what}.");
        }
        return text;
    }

    private static string ReadCommit(BodyObject item, string before)
    {
        if (!item.Has("commit_id"))
        {
            return before;
        }
        var commit = item.Text("commit_id", Presence.Optional);
        if (commit.Length > 0 && !GitName.IsCommit(commit))
        {
            item.Refuse("commit_id", "Must be a whole commit id: 40 or 64 hexadecimal digits.");
        }
        return commit.ToLowerInvariant();
    }

    private static IReadOnlyList<int> ReadPrs(BodyObject item, IReadOnlyList<int> before)
    {
        if (!item.HasList("prs") && !item.Has("pr"))
        {
            return before;
        }
        var prs = item.Numbers("prs", 1, int.MaxValue);
        var single = item.Number("pr", 0, 0, int.MaxValue);
        return single == 0 || prs.Contains(single) ? prs : [.. prs, single];
    }

    private static IReadOnlyList<string> ReadMergeBranches(BodyObject item, IReadOnlyList<string> before)
    {
        if (!item.HasList("merge_branches"))
        {
            return before;
        }
        var branches = item.Texts("merge_branches", Presence.Optional);
        if (branches.FirstOrDefault(branch => !GitName.IsRef(branch)) is { } bad)
        {
            item.Refuse("merge_branches", $"\"{Quoted.Short(bad)}\" cannot be a branch name.");
        }
        return branches;
    }

    private static string ReadCheckoutPath(BodyObject item, string before)
    {
        if (!item.Has("checkout_path"))
        {
            return before;
        }
        var path = item.Text("checkout_path", Presence.Optional).Trim();
        if (!WorkspacePath.Stays(path))
        {
            item.Refuse("checkout_path", $"A path that {WorkspacePath.Rule}.");
        }
        return path;
    }
}
