using Kiln.Contracts.Plans;
using Kiln.Server.Kubernetes.Manifests;

namespace Kiln.Server.Planning;

/// <summary>Paths of a pod: their variables expanded, and what comes of it confined.</summary>
/// <param name="draft">Has the variables.</param>
internal sealed class PodPaths(PlanDraft draft)
{
    private static readonly string[] Reserved = [PodVolumes.SharedPath, PodVolumes.PrivatePath, "/proc", "/sys", "/dev"];

    private readonly Dictionary<string, string> _variables = new(draft.PublicVariables(), StringComparer.Ordinal)
    {
        ["WORKSPACE"] = PlannedPod.Workspace,
    };

    public string Expand(string text) => VariableExpansion.Expand(text, _variables);

    /// <summary>Where something is mounted: absolute, and not where the pod's own things are.</summary>
    public string Mount(string path, string field)
    {
        var expanded = Expand(path).Trim();
        var clean = expanded.Length > 1 ? expanded.TrimEnd('/') : expanded;
        if (!clean.StartsWith('/') || !IsPlain(clean) || clean is "/" or "")
        {
            draft.Violations.Add(field, $"\"{expanded}\" is no place for a volume: it must be an absolute path without \"..\" below the root.");
        }
        else if (Reserved.FirstOrDefault(place => clean == place || clean.StartsWith(place + "/", StringComparison.Ordinal)) is { } place)
        {
            draft.Violations.Add(field, $"\"{expanded}\" is below {place}, which every pod of a run needs for itself.");
        }
        return clean;
    }

    /// <summary>A directory in a volume: relative, and nowhere above it.</summary>
    public string Below(string path, string field)
    {
        var expanded = Expand(path).Trim();
        if (expanded.StartsWith('/') || !IsPlain(expanded))
        {
            draft.Violations.Add(field, $"\"{expanded}\" leads out of the volume: it must be a relative path without \"..\".");
        }
        return expanded.TrimEnd('/');
    }

    private static bool IsPlain(string path) => !path.Any(char.IsControl) && !path.Split('/').Contains("..");
}
