using Kiln.Contracts.Plans;

namespace Kiln.Runner.Packages;

/// <summary>A version of a package on this host.</summary>
/// <param name="Planned">What it is.</param>
/// <param name="Directory">Its own directory, the <c>$HOME</c> of its settings.</param>
internal sealed record InstalledPackage(PlannedPackage Planned, string Directory)
{
    /// <summary>Adds what the package brings to an environment: its variables, its programs in front of <c>PATH</c>.
    /// <c>HOME</c> stays the user's.</summary>
    public void AddTo(Dictionary<string, string> variables)
    {
        foreach (var entry in Planned.Environment)
        {
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && entry[..equals] is var name && name != "HOME")
            {
                variables[name] = Expand(entry[(equals + 1)..], variables);
            }
        }
        if (Planned.BinPath.Length > 0)
        {
            variables["PATH"] = $"{Expand(Planned.BinPath, variables)}:{variables["PATH"]}";
        }
    }

    private string Expand(string text, Dictionary<string, string> variables) =>
        VariableExpansion.Expand(text, new Dictionary<string, string> { ["HOME"] = Directory, ["PATH"] = variables["PATH"] });
}
