using Kiln.Contracts.Plans;

namespace Kiln.Server.Planning;

/// <summary>The steps, in the order they run.</summary>
internal static class StepPlanning
{
    public static void Add(PlanDraft draft)
    {
        var recipe = draft.Recipe;
        if (draft.Repos.Count > 0)
        {
            draft.Steps.Add(new PlannedStep.Checkout());
        }
        InstallPlanning.Add(draft);
        draft.Steps.Add(new PlannedStep.Script(recipe.ScriptType, recipe.BuildScript));
        if (!string.IsNullOrWhiteSpace(recipe.PostBuild.Scripts))
        {
            draft.Steps.Add(new PlannedStep.PostScript(recipe.PostBuild.Scripts));
        }
        if (recipe.PostBuild.FileArchive is { FileLocation: var location })
        {
            draft.Steps.Add(new PlannedStep.FileArchive(location));
        }
    }
}
