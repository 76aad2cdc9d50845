using System.Globalization;
using System.Text;
using Kiln.Contracts.Exec;
using Kiln.Runner.Workspaces;

namespace Kiln.Runner.Spawning;

/// <summary>
/// Ends the processes of a run whose exec is dead. They are known by the run's mark in their environment, by standing in its
/// directory, by the sessions that exec's journal names, and by descent from one of those. In an agent, whose process
/// inherits what a dead exec leaves behind, they are known by that too: a daemon may have shed everything else.
/// </summary>
internal static class Orphans
{
    private const string ExecName = "kiln-exec";

    /// <summary>Kills until none is left. What keeps forking is stopped first, so it cannot outrun the search.</summary>
    /// <param name="mark">Value of <see cref="ExecProtocol.RunIdVariable"/>, unique on the host.</param>
    /// <param name="run">Directory of the run.</param>
    public static void Kill(string mark, RunDirectory run)
    {
        var sessions = SessionsOf(run.Path);
        string[] places = run.Home is null ? [run.Path] : [run.Path, run.Workspace];
        var entry = Encoding.UTF8.GetBytes($"{ExecProtocol.RunIdVariable}={mark}\0");
        for (var found = Find(entry, sessions, places); found.Count > 0; found = Find(entry, sessions, places))
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

    private static HashSet<int> Find(byte[] entry, HashSet<int> sessions, string[] places)
    {
        var heirs = ProcessPrivileges.IsSubreaper ? ProcessStat.Read(Environment.ProcessId) : null;
        var processes = Directory.EnumerateDirectories("/proc")
            .Select(static path => Path.GetFileName(path))
            .Where(static name => int.TryParse(name, CultureInfo.InvariantCulture, out _))
            .Select(static name => ProcessStat.Read(int.Parse(name, CultureInfo.InvariantCulture)))
            .OfType<ProcessStat>()
            .Where(static process => process.State is not ('Z' or 'X'))
            .ToArray();
        var found = processes
            .Where(process => sessions.Contains(process.Session) || process.HasEnvironment(entry)
                || Array.Exists(places, process.StandsIn) || (heirs is not null && process.IsLeftTo(heirs)))
            .Select(static process => process.Pid)
            .ToHashSet();
        while (processes.Any(process => found.Contains(process.Parent) && found.Add(process.Pid)))
        {
            // One more generation was added; look for its children.
        }
        return found;
    }

    private sealed record ProcessStat(int Pid, string Name, char State, int Parent, int Session)
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
                    text[(text.IndexOf('(') + 1)..text.LastIndexOf(')')],
                    fields[0][0],
                    int.Parse(fields[1], CultureInfo.InvariantCulture),
                    int.Parse(fields[3], CultureInfo.InvariantCulture));
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }

        /// <summary>Whether it was left to <paramref name="heir"/> by a dead exec: what that started itself shares its session, and
        /// a living exec keeps its own.</summary>
        public bool IsLeftTo(ProcessStat heir) =>
            Parent == heir.Pid && Session != heir.Session && Name != ExecName;

        public bool StandsIn(string directory)
        {
            try
            {
                return new FileInfo($"/proc/{Pid}/cwd").LinkTarget is { } place
                    && (place == directory || (Name != ExecName && place.StartsWith(directory + "/", StringComparison.Ordinal)));
            }
            catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
            {
                return false;
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
