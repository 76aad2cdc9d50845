using System.Buffers.Text;
using Kiln.Exec.Interop;

namespace Kiln.Exec.Reap;

/// <summary>
/// The living descendants of exec by parentage in <c>/proc</c>. A subreaper's descendants cannot leave: setsid, double
/// forks and daemons keep a line of parents that ends here.
/// </summary>
internal static class ProcessTree
{
    private const int LongestLine = 65536;

    /// <summary>Pids of every descendant that is not a zombie, parents before children.</summary>
    public static List<int> Descendants(int root)
    {
        var children = new Dictionary<int, List<int>>();
        foreach (var pid in Directories.Numbers("/proc"))
        {
            if (Parent(pid, out var isDead) is > 0 and var parent)
            {
                if (!children.TryGetValue(parent, out var siblings))
                {
                    children[parent] = siblings = [];
                }

                siblings.Add(isDead ? -pid : pid);
            }
        }

        // Pids may be used again while /proc is read: a circle of parents must not keep exec busy.
        var seen = new HashSet<int> { root };
        var found = new List<int>();
        var parents = new Queue<int>(seen);
        while (parents.TryDequeue(out var next))
        {
            foreach (var child in children.GetValueOrDefault(next, []))
            {
                if (seen.Add(Math.Abs(child)))
                {
                    parents.Enqueue(Math.Abs(child));
                    found.Add(child);
                }
            }
        }

        found.RemoveAll(static pid => pid < 0);
        return found;
    }

    /// <summary>Whether <paramref name="pid"/> descends from this process.</summary>
    public static bool IsOwnDescendant(int pid)
    {
        // The one that mostly asks, and whose own line of parents is a file each to read.
        if (pid == Libc.ParentProcessId())
        {
            return false;
        }

        var root = Libc.ProcessId();
        for (var steps = 0; pid > 1 && steps < LongestLine; steps++)
        {
            pid = Parent(pid, out _);
            if (pid == root)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Parent's pid; 0 when there is no such process.</summary>
    private static int Parent(int pid, out bool isDead)
    {
        // 4711 (a name (of sorts)) S 4710 4711 …
        isDead = false;
        var stat = Posix.ReadFile($"/proc/{pid}/stat", limit: 4096);
        var nameEnd = stat.AsSpan().LastIndexOf((byte)')');
        if (stat is null || nameEnd < 0 || stat.Length < nameEnd + 5)
        {
            return 0;
        }

        isDead = stat[nameEnd + 2] is (byte)'Z' or (byte)'X';
        return Utf8Parser.TryParse(stat.AsSpan(nameEnd + 4), out int parent, out _) ? parent : 0;
    }
}
