using System.Globalization;
using System.Text;

namespace Kiln.EndToEnd.Harness;

/// <summary>A process as the kernel shows it.</summary>
/// <param name="Pid">Its id.</param>
/// <param name="ParentPid">Its parent's id.</param>
/// <param name="CommandLine">Its arguments, separated by spaces.</param>
/// <param name="WorkingDirectory">Where it stands; empty when it may not be read.</param>
public sealed record ProcessEntry(int Pid, int ParentPid, string CommandLine, string WorkingDirectory)
{
    /// <summary>True when it stands in or was started with a path below <paramref name="directory"/>.</summary>
    public bool BelongsTo(string directory) =>
        Pid != Environment.ProcessId && (CommandLine.Contains(directory) || WorkingDirectory.StartsWith(directory));
}

/// <summary>The processes of this machine, read from /proc.</summary>
public static class ProcessTable
{
    public static IEnumerable<ProcessEntry> All() => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? Read(pid) : null)
        .OfType<ProcessEntry>();

    /// <summary>The nearest ancestor of a process for which something holds.</summary>
    public static ProcessEntry Ancestor(ProcessEntry process, Func<ProcessEntry, bool> isMeant)
    {
        var all = All().ToDictionary(entry => entry.Pid);
        while (!isMeant(process))
        {
            process = all[process.ParentPid];
        }
        return process;
    }

    // The fourth field of stat; the second one is a name in parentheses that may hold anything.
    private static int ParentOf(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 1)..].Split(' ', 4)[2], CultureInfo.InvariantCulture);
    }

    private static ProcessEntry? Read(int pid)
    {
        try
        {
            var commandLine = Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/cmdline")).Replace('\0', ' ');
            // A zombie has no command line and waits only for its parent.
            return commandLine.Length == 0
                ? null
                : new ProcessEntry(pid, ParentOf(pid), commandLine, new FileInfo($"/proc/{pid}/cwd").LinkTarget ?? "");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
