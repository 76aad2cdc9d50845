using System.Collections;
using System.Text;
using Kiln.Contracts.Exec;
using Kiln.Exec.Interop;

namespace Kiln.Exec.Rooms;

/// <summary>
/// <c>kiln-exec enter &lt;room&gt; &lt;note&gt; argv…</c>: stands in the run's exec for a process in the room. It hands over
/// its own stdout, environment and directory, passes TERM on, and ends as that process ended.
/// </summary>
internal static unsafe class Entering
{
    private const int Unblock = 1;
    private const int NotStarted = 126;
    private const int SignalInfoSize = 128;

    public static int Run(string room, string note, string[] argv)
    {
        const int setDumpable = 4;
        Libc.ProcessControl(setDumpable, 0, 0, 0, 0);
        var socket = UnixAddress.Connect($"{room}/{RoomProtocol.SocketFile}");
        if (socket < 0 || !Ask(socket, argv))
        {
            return Gone(note);
        }

        Span<byte> answer = stackalloc byte[RoomAnswer.Size];
        var terminated = TerminateDescriptor();
        for (var length = 0; length < answer.Length;)
        {
            if (Wait(socket, terminated))
            {
                Posix.WriteAll(socket, [RoomProtocol.Terminate]);
                continue;
            }

            var read = Posix.Read(socket, answer[length..]);
            if (read <= 0)
            {
                return Gone(note);
            }

            length += read;
        }

        return End(RoomAnswer.Read(answer), note);
    }

    private static bool Ask(int socket, string[] argv)
    {
        var environment = new List<KeyValuePair<string, string>>();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            environment.Add(new((string)variable.Key, (string?)variable.Value ?? ""));
        }

        var request = new RoomRequest(Directories.Link("/proc/self/cwd"), argv, environment);
        return DescriptorPassing.Send(socket, RoomProtocol.Start, descriptor: 1)
            && Posix.WriteAll(socket, request.Write()) == 0;
    }

    /// <summary>TERM was blocked before this process began, so that no moment of it is without this descriptor.</summary>
    private static int TerminateDescriptor()
    {
        var signals = stackalloc byte[SignalInfoSize];
        Libc.EmptySet(signals);
        _ = Libc.AddSignal(signals, Libc.SigTerm);
        return Libc.SignalDescriptor(-1, signals, Libc.CloseOnExec);
    }

    /// <summary>Waits for the room's word or for TERM; true = TERM.</summary>
    private static bool Wait(int socket, int terminated)
    {
        var polled = stackalloc Libc.PollFd[2];
        polled[0] = new() { Fd = socket, Events = Libc.PollFd.In };
        polled[1] = new() { Fd = terminated, Events = Libc.PollFd.In };
        _ = Libc.Poll(polled, 2, timeoutMs: -1);
        if ((polled[1].Revents & Libc.PollFd.In) == 0)
        {
            return false;
        }

        Posix.Read(terminated, stackalloc byte[SignalInfoSize]);
        return true;
    }

    private static int End(RoomAnswer answer, string note)
    {
        if (answer.WasOutOfMemory)
        {
            Posix.WriteFile(note, Encoding.ASCII.GetBytes(RoomProtocol.OutOfMemory));
        }

        return answer.End switch
        {
            RoomEnd.Exited => answer.Number,
            RoomEnd.Killed => Die(answer.Number),
            _ => NotStarted,
        };
    }

    private static int Gone(string note)
    {
        Posix.WriteFile(note, Encoding.ASCII.GetBytes(RoomProtocol.Gone));
        return Die(Libc.SigKill);
    }

    /// <summary>Ends by the same signal, so that whoever reaps this process learns the same.</summary>
    private static int Die(int signal)
    {
        var signals = stackalloc byte[SignalInfoSize];
        Libc.EmptySet(signals);
        _ = Libc.AddSignal(signals, signal);
        Libc.Signal(signal, handler: 0);
        _ = Libc.SignalMask(Unblock, signals, null);
        _ = Libc.Kill(Libc.ProcessId(), signal);
        return 128 + signal;
    }
}
