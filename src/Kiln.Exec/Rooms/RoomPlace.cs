using System.Text;
using Kiln.Contracts.Exec;
using Kiln.Exec.Interop;

namespace Kiln.Exec.Rooms;

/// <summary>Where this exec's scripts run when that is not beside it.</summary>
/// <param name="Directory">The room's directory, absolute, seen by both.</param>
/// <param name="Scripts">Where scripts and their outputs lie, for exec: what runs in the room may put a link in the place of the
/// directory that it knows, so exec holds on to the one that it made.</param>
internal sealed record RoomPlace(string Directory, string Scripts)
{
    private const int LongestEnvironment = 4 << 20;

    /// <summary>The same place for the room.</summary>
    public string ScriptsInside => $"{Directory}/{RoomProtocol.ScriptDirectory}";

    /// <summary>The room, or <c>null</c> for an exec whose scripts run beside it.</summary>
    public static RoomPlace? FromEnvironment()
    {
        if (Environment.GetEnvironmentVariable(RoomProtocol.DirectoryVariable) is not { Length: > 0 } directory)
        {
            return null;
        }

        var scripts = $"{directory}/{RoomProtocol.ScriptDirectory}";
        Libc.MakeDirectory(scripts, 0x1c0);
        var held = Libc.Open(scripts, Libc.ReadOnly | Libc.DirectoryOnly | Libc.NoFollow | Libc.CloseOnExec, 0);
        return held >= 0 ? new RoomPlace(directory, $"/proc/self/fd/{held}") : throw Posix.Broken(scripts);
    }

    /// <summary>Bash in the room; <c>null</c> = it has none. The room, which may come up long after this exec, says where.</summary>
    public string? FindBash()
    {
        var bash = Environment.GetEnvironmentVariable(RoomProtocol.BashVariable) ?? Told();
        return string.IsNullOrEmpty(bash) ? null : bash;
    }

    private string? Told()
    {
        const string name = RoomProtocol.BashVariable + "=";
        var text = Encoding.UTF8.GetString(Posix.ReadFile($"{Directory}/{RoomProtocol.EnvironmentFile}", LongestEnvironment) ?? []);
        return text.Split('\0').LastOrDefault(static entry => entry.StartsWith(name, StringComparison.Ordinal))?[name.Length..];
    }

    /// <summary>What is to be started beside exec for <paramref name="argv"/> to run in the room.</summary>
    public IReadOnlyList<string> Enter(string note, IReadOnlyList<string> argv) =>
        [Directories.Link("/proc/self/exe"), "enter", Directory, note, .. argv];
}
