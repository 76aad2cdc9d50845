using Kiln.Cli.Definitions;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Runs;

/// <summary>Finds the project of a build that was named without one.</summary>
internal static class ProjectSearch
{
    /// <summary>The only project that has the build, or why there is none.</summary>
    public static async Task<(string Project, string Problem, int Code)> FindAsync(
        DefinitionCalls calls, string build, CancellationToken cancellationToken)
    {
        var scopes = await DefinitionScopes.OfAsync(calls, DefinitionKinds.Build, project: "", cancellationToken);
        if (scopes is not Answer<IReadOnlyList<string>>.Ok { Value: var projects })
        {
            var (sentence, code) = Terminal.Verdict(scopes);
            return ("", sentence, code);
        }
        var found = new List<string>();
        foreach (var project in projects)
        {
            if (await calls.GetAsync(DefinitionKinds.Build, project, build, cancellationToken) is Answer<StoredDefinition>.Ok)
            {
                found.Add(project);
            }
        }
        return found switch
        {
            [var only] => (only, "", ExitCode.Success),
            [] => ("", $"No project that you may see has a build \"{build}\"; kiln get build lists them.", ExitCode.Usage),
            _ => ("", $"Several projects have a build \"{build}\"; name one with --project: {string.Join(", ", found)}.", ExitCode.Usage),
        };
    }
}
