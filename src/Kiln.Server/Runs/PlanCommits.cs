using Kiln.Contracts.Plans;

namespace Kiln.Server.Runs;

/// <summary>Which commits of a plan are still unknown.</summary>
public static class PlanCommits
{
    /// <summary>True while a ref of the plan has no commit.</summary>
    public static bool NeedsCommits(this RunPlan plan)
    {
        foreach (var repo in plan.Repos)
        {
            if (repo.NeedsCommits())
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>True while a ref of the repository has no commit.</summary>
    public static bool NeedsCommits(this PlannedRepo repo)
    {
        if (repo.Base.Commit is null)
        {
            return true;
        }
        foreach (var merge in repo.Merges)
        {
            if (merge.Commit is null)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>The plan with every ref that has no commit replaced by what <paramref name="find"/> makes of it.</summary>
    public static RunPlan WithCommits(this RunPlan plan, Func<PlannedRepo, PlannedRef, PlannedRef> find)
    {
        var repos = new PlannedRepo[plan.Repos.Count];
        for (var i = 0; i < repos.Length; i++)
        {
            var repo = plan.Repos[i];
            var merges = new PlannedRef[repo.Merges.Count];
            for (var j = 0; j < merges.Length; j++)
            {
                merges[j] = Filled(repo, repo.Merges[j]);
            }
            repos[i] = repo with { Base = Filled(repo, repo.Base), Merges = merges };
        }
        return plan with { Repos = repos };

        PlannedRef Filled(PlannedRepo repo, PlannedRef wanted) =>
            wanted.Commit is null ? find(repo, wanted) : wanted;
    }
}
