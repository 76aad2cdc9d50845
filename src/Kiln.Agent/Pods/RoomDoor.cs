using System.Net.Sockets;
using Kiln.Contracts.Exec;
using Kiln.Runner.Spawning;

namespace Kiln.Agent.Pods;

/// <summary>
/// The directory that both containers of a pod see, from the side of <c>kiln</c>: lets the room come up, and sends it home. Both
/// may be repeated.
/// </summary>
internal static class RoomDoor
{
    /// <summary>Puts exec there and lets the other container begin.</summary>
    /// <param name="directory">The shared directory.</param>
    /// <param name="exec">The exec to put there.</param>
    public static void Open(string directory, string exec)
    {
        Directory.CreateDirectory(directory);
        var go = Path.Combine(directory, RoomProtocol.GoFile);
        if (!File.Exists(go))
        {
            ExecBinary.Drop(exec, directory);
            File.WriteAllBytes(go, []);
        }
    }

    /// <summary>Ends the room, also one that has yet to come up.</summary>
    public static async Task CloseAsync(string directory)
    {
        await File.WriteAllBytesAsync(Path.Combine(directory, RoomProtocol.DoneFile), [], CancellationToken.None);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(directory, RoomProtocol.SocketFile)), CancellationToken.None);
            await socket.SendAsync(new[] { RoomProtocol.Finish }, CancellationToken.None);
        }
        catch (SocketException)
        {
            // Nobody is in there: it never came up, or has ended.
        }
    }
}
