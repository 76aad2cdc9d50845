using Kiln.Runner.Workspaces;

namespace Kiln.Runner.Steps;

/// <summary>What every process of a run sees of the place it runs on.</summary>
internal static class PlaceEnvironment
{
    public static Dictionary<string, string> Of(RunnerPlace place, RunDirectory directory)
    {
        var variables = new Dictionary<string, string>(place.Inherited);
        AddFixed(variables, directory, directory.Temp);
        return variables;
    }

    /// <summary>What nothing may move.</summary>
    public static void AddFixed(Dictionary<string, string> variables, RunDirectory directory, string temp)
    {
        variables["WORKSPACE"] = directory.Workspace;
        variables["TMPDIR"] = temp;
        variables["CI"] = "true";
        variables["ZADIG"] = "true";
        variables["TERM"] = "dumb";
    }
}
