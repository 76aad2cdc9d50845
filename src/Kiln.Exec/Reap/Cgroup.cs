using System.Text;
using Kiln.Exec.Interop;

namespace Kiln.Exec.Reap;

/// <summary>
/// The last rung: children that are born faster than a walk over <c>/proc</c> finds them are born into their parent's
/// cgroup, and a cgroup is killed (version 2) or frozen and then killed (version 1) as one. Not used from the start:
/// joining one would cost every command a third of a millisecond and needs rights that few installations have.
/// </summary>
internal static class Cgroup
{
    private const int MaxProcesses = 1 << 20;

    /// <summary>Moves the processes into a cgroup of their own, kills all that is in it, and removes it if it is empty by
    /// then. Without the right to have one nothing happens.</summary>
    public static void Catch(IEnumerable<int> pids)
    {
        var membership = Encoding.UTF8.GetString(Posix.ReadFile("/proc/self/cgroup", limit: 64 * 1024) ?? []);
        foreach (var parent in Places(membership))
        {
            var path = $"{parent}/kiln-{Libc.ProcessId()}";
            Libc.MakeDirectory(path, 0x1ed);
            if (Libc.Access($"{path}/cgroup.kill", 0) == 0)
            {
                Fill(path, pids);
                Set($"{path}/cgroup.kill", "1");
            }
            else if (Libc.Access($"{path}/freezer.state", 0) == 0)
            {
                Fill(path, pids);
                Set($"{path}/freezer.state", "FROZEN");
                KillMembers(path);
                Set($"{path}/freezer.state", "THAWED");
            }

            Libc.RemoveDirectory(path);
        }
    }

    /// <summary>Where this process is and could have children, of lines like <c>0::/user</c> and <c>6:freezer:/</c>.</summary>
    internal static IEnumerable<string> Places(string membership)
    {
        foreach (var line in membership.Split('\n'))
        {
            var parts = line.Split(':', 3);
            if (parts.Length == 3 && parts[0] == "0")
            {
                yield return "/sys/fs/cgroup/unified" + parts[2].TrimEnd('/');
                yield return "/sys/fs/cgroup" + parts[2].TrimEnd('/');
            }
            else if (parts.Length == 3 && parts[1] == "freezer")
            {
                yield return "/sys/fs/cgroup/freezer" + parts[2].TrimEnd('/');
            }
        }
    }

    private static void Fill(string path, IEnumerable<int> pids)
    {
        foreach (var pid in pids)
        {
            Set($"{path}/cgroup.procs", $"{pid}");
        }
    }

    private static void KillMembers(string path)
    {
        var members = Posix.ReadFile($"{path}/cgroup.procs", MaxProcesses * 8) ?? [];
        foreach (var line in Encoding.UTF8.GetString(members).Split('\n'))
        {
            if (int.TryParse(line, out var pid))
            {
                _ = Libc.Kill(pid, Libc.SigKill);
            }
        }
    }

    private static void Set(string file, string value)
    {
        var fd = Libc.Open(file, Libc.WriteOnly | Libc.CloseOnExec, 0);
        if (fd >= 0)
        {
            Posix.WriteAll(fd, Encoding.UTF8.GetBytes(value));
            Libc.Close(fd);
        }
    }
}
