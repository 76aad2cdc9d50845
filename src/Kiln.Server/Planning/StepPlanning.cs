using Kiln.Contracts.Plans;

namespace Kiln.Server.Planning;

/// <summary>The steps, in the order they run.</summary>
internal static class StepPlanning
{
    public static void Add(PlanDraft draft)
    {
        var recipe = draft.Recipe;
        var cache = CachePlanning.Plan(draft);
        if (recipe is { Infrastructure: "vm", AdvancedSettings.UseHostDockerDaemon: true })
        {
            // First: a build that cannot go on without it is told before it has waited for anything else.
            draft.Steps.Add(new PlannedStep.HostDocker());
        }
        if (cache is not null && PlannedCache.IsWorkspace(cache.Directory))
        {
            draft.Steps.Add(new PlannedStep.CacheRestore(cache));
        }
        if (draft.Repos.Count > 0)
        {
            draft.Steps.Add(new PlannedStep.Checkout());
        }
        if (cache is not null && !PlannedCache.IsWorkspace(cache.Directory))
        {
            draft.Steps.Add(new PlannedStep.CacheRestore(cache));
        }
        InstallPlanning.Add(draft);
        draft.Steps.Add(new PlannedStep.Script(recipe.ScriptType, recipe.BuildScript));
        ImagePlanning.Add(draft);
        if (!string.IsNullOrWhiteSpace(recipe.PostBuild.Scripts))
        {
            draft.Steps.Add(new PlannedStep.PostScript(recipe.PostBuild.Scripts));
        }
        if (recipe.PostBuild.FileArchive is { FileLocation: var location })
        {
            draft.Steps.Add(new PlannedStep.FileArchive(location));
        }
        UploadPlanning.Add(draft);
        if (recipe.Reports.Junit.Count > 0)
        {
            draft.Steps.Add(new PlannedStep.Reports(recipe.Reports.Junit));
        }
        if (cache is not null)
        {
            draft.Steps.Add(new PlannedStep.CacheSave(cache));
        }
    }
}
