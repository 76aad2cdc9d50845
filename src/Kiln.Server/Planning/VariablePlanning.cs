using System.Globalization;
using Kiln.Contracts.Builds;

namespace Kiln.Server.Planning;

/// <summary>The variables that Kiln sets itself. Those of the place (<c>HOME</c>, <c>PATH</c>, <c>WORKSPACE</c>) and of
/// resolved commits join at run time.</summary>
internal static class VariablePlanning
{
    /// <summary>What stands before parameters.</summary>
    public static void AddFixed(PlanDraft draft)
    {
        draft.Set("CI", "true");
        draft.Set("ZADIG", "true");
        if (draft.Recipe.Infrastructure == "vm")
        {
            draft.Set("DOCKER_HOST", "");
        }
    }

    /// <summary>The variables of system and project; a parameter of the name wins.</summary>
    public static void AddShared(PlanDraft draft)
    {
        foreach (var variable in draft.Input.Catalogue.Variables)
        {
            if (variable.IsCredential)
            {
                draft.SetSealed(variable.Name, variable.Value);
            }
            else
            {
                draft.Set(variable.Name, variable.Value);
            }
        }
    }

    /// <summary>What stands behind parameters, and so cannot be overridden by one.</summary>
    public static void AddBuiltIn(PlanDraft draft, IReadOnlyList<RepoInfo> repos)
    {
        var input = draft.Input;
        var (name, project) = input.Build.Identity();
        var (service, module) = draft.Target;
        draft.Set("PROJECT", project);
        draft.Set("WORKFLOW", name);
        draft.Set("TASK_ID", input.RunId.ToString(CultureInfo.InvariantCulture));
        draft.Set("TASK_URL", input.RunUrl);
        draft.Set("BUILD_URL", input.RunUrl);
        draft.Set("SERVICE", service);
        draft.Set("SERVICE_NAME", service);
        draft.Set("SERVICE_MODULE", module);
        AddRelease(draft, ReleaseName.Of(
            input.Catalogue.ImageName(service, module), name, repos, input.RunId, input.Now));
        for (var i = 0; i < repos.Count; i++)
        {
            AddRepo(draft, repos[i], i);
        }
    }

    private static void AddRelease(PlanDraft draft, ReleaseName release)
    {
        var registry = RegistryChoice.Choose(draft.Input.Catalogue, draft.Input.Request.Registry, draft.Violations);
        draft.Registry = registry;
        draft.Set("IMAGE", registry is null ? release.Image : $"{RegistryChoice.Path(registry)}/{release.Image}");
        draft.Set("PKG_FILE", release.Package);
        if (registry is null)
        {
            return;
        }
        draft.Set("DOCKER_REGISTRY_HOST", RegistryChoice.Host(registry));
        draft.Set("DOCKER_REGISTRY_NAMESPACE", registry.Namespace);
        draft.Set("DOCKER_REGISTRY_AK", registry.AccessKey);
        draft.SetSealed("DOCKER_REGISTRY_SK", registry.SealedSecretKey);
    }

    private static void AddRepo(PlanDraft draft, RepoInfo repo, int index)
    {
        var prefix = BuiltInVariables.RepoPrefix(repo.RepoName);
        draft.Set($"REPONAME_{index}", repo.RepoName);
        draft.Set($"REPO_{index}", prefix);
        if (repo.Tag.Length > 0)
        {
            draft.Set($"{prefix}_TAG", repo.Tag);
        }
        else
        {
            draft.Set($"{prefix}_BRANCH", repo.Branch);
        }
        if (repo.Prs.Count > 0)
        {
            draft.Set($"{prefix}_PR", string.Join(',', repo.Prs));
        }
        draft.Set($"{prefix}_ORG", repo.RepoNamespace);
        draft.Set($"{prefix}_PRE_MERGE_BRANCHES", string.Join(',', repo.MergeBranches.Prepend(repo.Branch)));
        if (draft.Input.Catalogue.CodeHost(repo.CodehostName) is { VerifyTls: false })
        {
            // Only where the code host says so: a blanket "true" would switch off checks in everybody's scripts.
            draft.Set("GIT_SSL_NO_VERIFY", "true");
        }
    }
}
