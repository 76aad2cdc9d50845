using Kiln.Contracts.Builds;
using Kiln.Contracts.Plans;
using Kiln.Server.Bodies;

namespace Kiln.Server.Planning;

/// <summary>
/// Decides what a run will do. Pure: the same input gives the same plan, nothing is read and nothing is written. A new
/// kind of step joins with a derived <see cref="PlannedStep"/> and a part that adds it to the draft.
/// </summary>
public static class Planner
{
    public static PlanOutcome Plan(PlanningInput input)
    {
        var violations = new Violations();
        if (TargetChoice.Choose(input, violations) is not { } choice)
        {
            return new PlanOutcome.Rejected(violations);
        }
        var draft = new PlanDraft(input, choice.Recipe, choice.Target, violations);
        PlaceChecks.Check(draft);
        DangerousSettings.Refuse(draft.Recipe.AdvancedSettings, input.Catalogue.AllowedSettings, violations);
        var repos = RepoPlanning.Choose(draft, choice.Repos);
        VariablePlanning.AddFixed(draft);
        VariablePlanning.AddShared(draft);
        ParameterPlanning.Add(draft, choice.Inputs);
        VariablePlanning.AddBuiltIn(draft, repos);
        RepoPlanning.Add(draft, repos);
        PodPlanning.Add(draft);
        StepPlanning.Add(draft);
        MeaninglessSettings.Notice(draft);
        return violations.Any ? new PlanOutcome.Rejected(violations) : Planned(draft);
    }

    private static PlanOutcome.Planned Planned(PlanDraft draft)
    {
        var (name, project) = draft.Input.Build.Identity();
        var template = draft.Input.Build is BuildDefinition.FromTemplate { Spec.TemplateName: var used } ? used : "";
        var plan = new RunPlan
        {
            ProjectKey = project,
            BuildName = name,
            Revision = draft.Input.Revision,
            TemplateName = template,
            TemplateRevision = draft.Input.Catalogue.TemplateRevisions.GetValueOrDefault(template),
            ServiceName = draft.Target.ServiceName,
            ServiceModule = draft.Target.ServiceModule,
            Infrastructure = draft.Recipe.Infrastructure,
            TimeoutMinutes = draft.Recipe.AdvancedSettings.Timeout,
            HostLabels = draft.IsForPod ? [] : draft.Recipe.VmLabels,
            Pod = draft.Pod,
            Variables = draft.Variables,
            Repos = draft.Repos,
            Steps = draft.Steps,
            Outputs = ["IMAGE", "PKG_FILE", .. draft.Recipe.AdvancedSettings.Outputs],
            Policy = draft.Recipe.RunPolicy with
            {
                KeepWorkspaceMinutes = draft.Input.Request.KeepWorkspaceMinutes ?? draft.Recipe.RunPolicy.KeepWorkspaceMinutes,
            },
            ProjectMaxRunning = draft.Input.Catalogue.ProjectMaxRunning,
            Notices = draft.Notices,
            TraceParent = draft.Input.TraceParent,
        };
        return new PlanOutcome.Planned(
            plan, new PlannedSecrets(draft.ClearSecrets, draft.SealedSecrets), draft.Parameters);
    }
}
