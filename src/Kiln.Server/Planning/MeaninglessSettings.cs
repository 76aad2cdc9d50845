using Kiln.Contracts.Builds;

namespace Kiln.Server.Planning;

/// <summary>
/// Names, in one line of the run's log, the settings that have no effect where the run goes. Only those that differ from their
/// default: a line that every run has is a line nobody reads (and <c>build_os</c> must be given, so it says nothing).
/// </summary>
internal static class MeaninglessSettings
{
    public static void Notice(PlanDraft draft)
    {
        if (draft.IsForPod)
        {
            var meaningless = OnHostsOnly(draft).ToList();
            if (meaningless.Count > 0)
            {
                draft.Notices.Add($"In a pod these settings have no effect: {string.Join(", ", meaningless)}.");
            }
            return;
        }
        var names = Names(draft.Recipe.AdvancedSettings, draft.Input.Catalogue.LocalCluster).ToList();
        if (names.Count > 0)
        {
            draft.Notices.Add($"On a host these settings have no effect: {string.Join(", ", names)}.");
        }
    }

    private static IEnumerable<string> OnHostsOnly(PlanDraft draft)
    {
        if (draft.Recipe.VmLabels.Count > 0)
        {
            yield return "vm_labels";
        }
        // A pod's workspace is an emptyDir: it goes with the pod.
        if ((draft.Input.Request.KeepWorkspaceMinutes ?? draft.Recipe.RunPolicy.KeepWorkspaceMinutes) > 0)
        {
            yield return "keep_workspace_minutes";
        }
    }

    private static IEnumerable<string> Names(AdvancedSettings settings, CatalogueCluster? local)
    {
        if (settings.ClusterName != (local?.Name ?? ""))
        {
            yield return "cluster_name";
        }
        else if (settings.StrategyName != (local?.DefaultStrategy ?? ""))
        {
            yield return "strategy_name";
        }
        if (settings.ResourceSpec != ResourceDefaults.Spec)
        {
            yield return "resource_spec";
        }
        if (settings.Storages.Enabled)
        {
            yield return "storages";
        }
        if (settings.PrivilegedMode)
        {
            yield return "privileged_mode";
        }
        if (settings.CustomLabels.Count > 0)
        {
            yield return "custom_labels";
        }
        if (settings.CustomAnnotations.Count > 0)
        {
            yield return "custom_annotations";
        }
    }
}
