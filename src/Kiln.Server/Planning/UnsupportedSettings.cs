namespace Kiln.Server.Planning;

/// <summary>Settings that are stored but that this version cannot run: refused when a run is asked for, one sentence each.</summary>
internal static class UnsupportedSettings
{
    public static void Refuse(PlanDraft draft)
    {
        var recipe = draft.Recipe;
        var violations = draft.Violations;
        if (recipe.Infrastructure == "kubernetes")
        {
            violations.Add("infrastructure",
                "This server runs builds on hosts only; set infrastructure to \"vm\" to run this one.");
        }
        if (recipe.PostBuild.ObjectStorageUpload is { Enabled: true })
        {
            violations.Add("post_build.object_storage_upload",
                "This server does not upload to object storages yet; disable it, or keep the file with file_archive.");
        }
        if (recipe.Reports.Junit.Count > 0)
        {
            violations.Add("reports.junit",
                "This server does not collect test reports yet; leave reports.junit empty.");
        }
    }
}
