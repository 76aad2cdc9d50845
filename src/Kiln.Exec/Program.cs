using Kiln.Contracts.Exec;
using Kiln.Exec;
using Kiln.Exec.Credentials;
using Kiln.Exec.Rooms;

return args switch
{
    ["credential", var operation] => CredentialHelper.Run(operation),
    ["room", var directory] => Room.Run(directory),
    ["enter", var room, var note, _, ..] => Entering.Run(room, note, args[3..]),
    [ExecProtocol.StandbyArgument] => Standby.Run(),
    [var runDirectory] => Daemon.Run(runDirectory),
    _ => Daemon.Fail("usage: kiln-exec <run-directory> | kiln-exec standby | kiln-exec room <directory> | kiln-exec enter <room> <note> argv… | kiln-exec credential get"),
};

/// <summary>The executable.</summary>
internal static partial class Program
{
    public static string Version { get; } = typeof(Program).Assembly.GetName().Version?.ToString(3) ?? "";
}
