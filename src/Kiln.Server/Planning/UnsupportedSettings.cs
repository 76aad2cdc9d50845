namespace Kiln.Server.Planning;

/// <summary>Settings that are stored but that this version cannot run: refused when a run is asked for, one sentence each.</summary>
internal static class UnsupportedSettings
{
    public static void Refuse(PlanDraft draft)
    {
        if (draft.Recipe.Infrastructure == "kubernetes")
        {
            draft.Violations.Add("infrastructure",
                "This server runs builds on hosts only; set infrastructure to \"vm\" to run this one.");
        }
    }
}
