using System.Text.RegularExpressions;
using Kiln.Contracts.Runs;
using Kiln.Runner.Workspaces;

namespace Kiln.Runner.Steps;

/// <summary>The environment of a script, from plan, place and checked out commits.</summary>
internal static partial class ScriptEnvironment
{
    /// <summary>
    /// In this order, later ones winning: what the machine's user has, <c>#key=value#</c> of commit messages, the plan's
    /// variables, the resolved commits, the fixed ones of the place.
    /// </summary>
    public static Dictionary<string, string> Of(
        RunSpec spec, RunnerPlace place, RunDirectory directory, IReadOnlyList<CheckedOutRepo> repos)
    {
        var variables = new Dictionary<string, string>(place.Inherited);
        foreach (var match in repos.SelectMany(static repo => MessageVariable().Matches(repo.CommitMessage)))
        {
            variables[match.Groups["key"].Value] = match.Groups["value"].Value;
        }
        foreach (var variable in spec.Plan.Variables)
        {
            variables[variable.Name] = variable.SecretRef is { } secret ? spec.Secrets[secret] : variable.Value;
        }
        foreach (var repo in repos)
        {
            variables[repo.Planned.CommitVariable] = repo.CommitId;
        }
        // A commit message or parameter must not move these.
        variables["HOME"] = place.Inherited["HOME"];
        variables["PATH"] = place.Inherited["PATH"];
        variables["WORKSPACE"] = directory.Workspace;
        variables["TMPDIR"] = directory.Temp;
        variables["KILN_RUN_ID"] = spec.RunId.ToString();
        variables["CI"] = "true";
        variables["ZADIG"] = "true";
        variables["TERM"] = "dumb";
        return variables;
    }

    /// <summary>Raw form: <c>Fix the cart #ENV=qa# #DEBUG=1#</c>.</summary>
    [GeneratedRegex(@"#(?<key>[A-Za-z_][A-Za-z0-9_]*)=(?<value>[^#\r\n]*)#", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MessageVariable();
}
