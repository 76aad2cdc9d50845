namespace Kiln.Server.Planning;

/// <summary>Refuses a script that no place can ever run. A host that is only busy or away is no reason: the run waits.</summary>
internal static class PlaceChecks
{
    public static void Check(PlanDraft draft)
    {
        var kind = draft.Recipe.ScriptType;
        if (kind == "shell")
        {
            return;
        }
        if (draft.IsForPod)
        {
            draft.Violations.Add("script_type",
                $"A script of type {kind} cannot run on Kubernetes, where builds run in Linux containers; use shell, or infrastructure vm.");
            return;
        }
        var hosts = draft.Input.Catalogue.Hosts;
        var labels = draft.Recipe.VmLabels;
        var fitting = hosts.Where(host => labels.All(host.Labels.Contains)).ToList();
        if (!fitting.Exists(host => host.Shells.Contains(kind)))
        {
            var which = labels.Count == 0 ? "No host" : $"No host with the labels {string.Join(", ", labels)}";
            draft.Violations.Add("script_type",
                $"{which} that this server knows can run a script of type {kind}: it needs {Program(kind)}. Join a host that has it, or use shell.");
        }
    }

    private static string Program(string kind) => kind == "powershell" ? "PowerShell (pwsh)" : "cmd.exe";
}
