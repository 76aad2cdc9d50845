using Kiln.Contracts.Exec;
using Kiln.Exec.Interop;

namespace Kiln.Exec.Rooms;

/// <summary>Where this exec's scripts run when that is not beside it.</summary>
/// <param name="Directory">The room's directory, absolute, seen by both.</param>
/// <param name="Bash">Bash in the room; <c>null</c> = it has none.</param>
internal sealed record RoomPlace(string Directory, string? Bash)
{
    public string Scripts => $"{Directory}/{RoomProtocol.ScriptDirectory}";

    /// <summary>The room, or <c>null</c> for an exec whose scripts run beside it.</summary>
    public static RoomPlace? FromEnvironment()
    {
        if (Environment.GetEnvironmentVariable(RoomProtocol.DirectoryVariable) is not { Length: > 0 } directory)
        {
            return null;
        }

        var bash = Environment.GetEnvironmentVariable(RoomProtocol.BashVariable);
        var room = new RoomPlace(directory, string.IsNullOrEmpty(bash) ? null : bash);
        Libc.MakeDirectory(room.Scripts, 0x1c0);
        return room;
    }

    /// <summary>What is to be started beside exec for <paramref name="argv"/> to run in the room.</summary>
    public IReadOnlyList<string> Enter(string note, IReadOnlyList<string> argv) =>
        [Directories.Link("/proc/self/exe"), "enter", Directory, note, .. argv];
}
