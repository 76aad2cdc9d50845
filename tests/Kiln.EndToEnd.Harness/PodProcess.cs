using System.Globalization;
using System.Text.RegularExpressions;

namespace Kiln.EndToEnd.Harness;

/// <summary>A process in a container of a pod.</summary>
/// <param name="Pid">Its id on this machine.</param>
/// <param name="Node">Number of its node.</param>
/// <param name="Pod">Name of its pod.</param>
/// <param name="Container">Id of its container.</param>
public sealed partial record PodProcess(int Pid, int Node, string Pod, string Container)
{
    /// <summary>All of a cluster.</summary>
    /// <param name="directory">Where the cluster lives.</param>
    /// <param name="bridge">Its bridge, which names its cgroups.</param>
    public static IReadOnlyList<PodProcess> Of(string directory, string bridge)
    {
        var found = new List<PodProcess>();
        foreach (var place in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(place), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && Cgroup().Match(GroupsOf(pid)) is { Success: true } match && match.Groups["bridge"].Value == bridge)
            {
                var node = int.Parse(match.Groups["node"].Value, CultureInfo.InvariantCulture);
                found.Add(new PodProcess(pid, node, NameOf(directory, node, match.Groups["uid"].Value), match.Groups["container"].Value));
            }
        }
        return found;
    }

    // kubelet keeps the logs of a pod in <namespace>_<name>_<uid>.
    private static string NameOf(string directory, int node, string uid)
    {
        var logs = Path.Combine(directory, $"node{node}", "var", "log", "pods");
        var place = Directory.Exists(logs) ? Directory.EnumerateDirectories(logs, $"*_{uid}").FirstOrDefault() : null;
        return place is null ? "" : Path.GetFileName(place).Split('_')[1];
    }

    private static string GroupsOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cgroup");
        }
        catch (IOException)
        {
            return ""; // It has gone.
        }
    }

    [GeneratedRegex(@"/(?<bridge>kiln-k8s-\d+)/node(?<node>\d+)/kubepods\S*/pod(?<uid>[0-9a-f-]+)/(?<container>[0-9a-f]+)")]
    private static partial Regex Cgroup();
}
