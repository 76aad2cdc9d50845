namespace Kiln.Contracts.Exec;

/// <summary>
/// Names that an exec and a room share. A room is where a run's scripts run when that is not where its exec runs: the
/// container <c>build</c> of a pod. <c>kiln-exec room &lt;directory&gt;</c> waits there, in a directory that both see, and
/// starts what <c>kiln-exec enter</c>, a child of the run's exec, asks for: the started process writes into the very pipe
/// that exec reads, and its end is exactly that of <c>enter</c>.
/// </summary>
public static class RoomProtocol
{
    /// <summary>Environment variable of exec: the room's directory; scripts then run in the room.</summary>
    public const string DirectoryVariable = "KILN_ROOM";

    /// <summary>Where bash is in the room; empty = nowhere. In <see cref="EnvironmentFile"/>, and in the environment of an exec that is
    /// told so instead.</summary>
    public const string BashVariable = "KILN_ROOM_BASH";

    /// <summary>File in the room's directory: this exec, put there by the run's side.</summary>
    public const string ExecFile = "kiln-exec";

    /// <summary>File in the room's directory, there once <see cref="ExecFile"/> is whole: the room may begin.</summary>
    public const string GoFile = "go";

    /// <summary>Socket in the room's directory; the room is ready once it is there.</summary>
    public const string SocketFile = "room.sock";

    /// <summary>File in the room's directory, there before the socket: the image's environment, NUL-separated, and
    /// <see cref="BashVariable"/>.</summary>
    public const string EnvironmentFile = "room.environment";

    /// <summary>File in the room's directory: the run is over, a room that comes up now ends at once.</summary>
    public const string DoneFile = "done";

    /// <summary>Directory below the room's for scripts and their outputs.</summary>
    public const string ScriptDirectory = "scripts";

    /// <summary>The one byte that ends the room once nothing runs in it.</summary>
    public const byte Finish = (byte)'F';

    /// <summary>The byte that asks for a start; a descriptor travels with it, the request follows.</summary>
    public const byte Start = (byte)'S';

    /// <summary>The byte that asks the running tree to end politely.</summary>
    public const byte Terminate = (byte)'T';

    /// <summary>Suffix of the file in the run directory that tells what <c>enter</c> learnt beside the exit code:
    /// <see cref="OutOfMemory"/> or <see cref="Gone"/>.</summary>
    public const string NoteSuffix = ".room";

    /// <summary>The kernel killed a process of the room for its memory while the command ran.</summary>
    public const string OutOfMemory = "oom";

    /// <summary>The room ended under the command: its container was ended from outside.</summary>
    public const string Gone = "gone";
}
