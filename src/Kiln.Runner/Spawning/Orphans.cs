using System.Globalization;
using System.Text;
using Kiln.Contracts.Exec;

namespace Kiln.Runner.Spawning;

/// <summary>
/// Ends the processes of a run whose exec is dead. They are known by the run's mark in their environment, by the
/// sessions that exec's journal names, and by descent from one of those.
/// </summary>
internal static class Orphans
{
    /// <summary>Kills until none is left. What keeps forking is stopped first, so it cannot outrun the search.</summary>
    /// <param name="mark">Value of <see cref="ExecProtocol.RunIdVariable"/>, unique on the host.</param>
    /// <param name="runDirectory">Of the run.</param>
    public static void Kill(string mark, string runDirectory)
    {
        var sessions = SessionsOf(runDirectory);
        var entry = Encoding.UTF8.GetBytes($"{ExecProtocol.RunIdVariable}={mark}\0");
        for (var found = Find(entry, sessions); found.Count > 0; found = Find(entry, sessions))
        {
            foreach (var pid in found)
            {
                Posix.Signal(pid, Posix.Stop);
            }
            foreach (var pid in found)
            {
                Posix.Signal(pid, Posix.Kill);
            }
            foreach (var pid in found)
            {
                Posix.Reap(pid);
            }
        }
    }

    private static HashSet<int> SessionsOf(string runDirectory)
    {
        var running = ExecJournal.Read(runDirectory).Running;
        return running is null ? [] : [running.Pid];
    }

    private static HashSet<int> Find(byte[] entry, HashSet<int> sessions)
    {
        var processes = Directory.EnumerateDirectories("/proc")
            .Select(static path => Path.GetFileName(path))
            .Where(static name => int.TryParse(name, CultureInfo.InvariantCulture, out _))
            .Select(static name => ProcessStat.Read(int.Parse(name, CultureInfo.InvariantCulture)))
            .OfType<ProcessStat>()
            .Where(static process => process.State is not ('Z' or 'X'))
            .ToArray();
        var found = processes
            .Where(process => sessions.Contains(process.Session) || process.HasEnvironment(entry))
            .Select(static process => process.Pid)
            .ToHashSet();
        while (processes.Any(process => found.Contains(process.Parent) && found.Add(process.Pid)))
        {
            // One more generation was added; look for its children.
        }
        return found;
    }

    private sealed record ProcessStat(int Pid, char State, int Parent, int Session)
    {
        /// <summary>Raw form: <c>4711 (name with ) and spaces) S 1 4711 4711 0 -1 …</c>: pid, name, state, parent,
        /// group, session.</summary>
        public static ProcessStat? Read(int pid)
        {
            try
            {
                var text = File.ReadAllText($"/proc/{pid}/stat");
                var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                return new(
                    pid,
                    fields[0][0],
                    int.Parse(fields[1], CultureInfo.InvariantCulture),
                    int.Parse(fields[3], CultureInfo.InvariantCulture));
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }

        public bool HasEnvironment(byte[] entry)
        {
            try
            {
                return File.ReadAllBytes($"/proc/{Pid}/environ").AsSpan().IndexOf(entry) >= 0;
            }
            catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }
}
