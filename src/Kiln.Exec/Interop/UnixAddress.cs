using System.Text;

namespace Kiln.Exec.Interop;

/// <summary>A Unix stream socket by a path that fits into <c>sockaddr_un</c>; callers chdir and give a short one.</summary>
internal static unsafe class UnixAddress
{
    private const int Unix = 1;
    private const int Stream = 1;
    private const int PathOffset = 2;

    /// <summary>
    /// Listens at <paramref name="path"/>, socket file mode 0600. The file appears when connections are taken, so that who
    /// sees it is not refused.
    /// </summary>
    public static int Listen(string path)
    {
        var preparing = $"{path}~";
        Libc.Unlink(preparing);
        var fd = Open(Libc.NonBlocking);
        var address = Make(preparing);
        fixed (byte* start = address)
        {
            if (Libc.Bind(fd, start, (uint)address.Length) != 0
                || Libc.ChangeMode(preparing, 0x180) != 0
                || Libc.Listen(fd, backlog: 64) != 0
                || Libc.Rename(preparing, path) != 0)
            {
                throw Posix.Broken(path);
            }
        }

        return fd;
    }

    /// <summary>Connects; negative when nobody listens.</summary>
    public static int Connect(string path)
    {
        var fd = Open(flags: 0);
        var address = Make(path);
        fixed (byte* start = address)
        {
            if (Libc.Connect(fd, start, (uint)address.Length) == 0)
            {
                return fd;
            }
        }

        Libc.Close(fd);
        return -1;
    }

    /// <summary>The next connection, non-blocking and close-on-exec; negative when there is none.</summary>
    public static int Accept(int listener) => Libc.Accept(listener, null, null, Libc.NonBlocking | Libc.CloseOnExec);

    /// <summary>Process at the other end when it connected; 0 when the kernel does not say.</summary>
    public static int PeerPid(int connection)
    {
        const int socketLevel = 1;
        const int peerCredentials = 17;
        Libc.PeerCredentials peer;
        var size = (uint)sizeof(Libc.PeerCredentials);
        return Libc.SocketOption(connection, socketLevel, peerCredentials, &peer, &size) == 0 ? peer.Pid : 0;
    }

    private static int Open(int flags)
    {
        var fd = Libc.Socket(Unix, Stream | Libc.CloseOnExec | flags, 0);
        return fd >= 0 ? fd : throw Posix.Broken("socket");
    }

    private static byte[] Make(string path)
    {
        var address = new byte[PathOffset + Encoding.UTF8.GetByteCount(path) + 1];
        address[0] = Unix;
        Encoding.UTF8.GetBytes(path, address.AsSpan(PathOffset));
        return address;
    }
}
