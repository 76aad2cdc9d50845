using System.Text;
using Kiln.Exec.Interop;

namespace Kiln.Exec.Rooms;

/// <summary>How often the kernel has killed a process of this container because its memory limit was reached.</summary>
internal static class MemoryKills
{
    // Inside a container its own cgroup is the root of what it sees: version 2, then version 1.
    private static readonly string[] Files =
        ["/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"];

    /// <summary>The count; 0 where the kernel does not tell.</summary>
    public static long Count()
    {
        foreach (var file in Files)
        {
            var text = Encoding.ASCII.GetString(Posix.ReadFile(file, limit: 4096) ?? []);
            foreach (var line in text.Split('\n'))
            {
                if (line.StartsWith("oom_kill ", StringComparison.Ordinal)
                    && long.TryParse(line.AsSpan("oom_kill ".Length), out var count))
                {
                    return count;
                }
            }
        }

        return 0;
    }
}
