using System.Collections;
using System.Text;
using Kiln.Contracts.Exec;
using Kiln.Exec.Interop;
using Kiln.Exec.Reap;
using Kiln.Exec.Spawn;

namespace Kiln.Exec.Rooms;

/// <summary>
/// <c>kiln-exec room &lt;directory&gt;</c>: the first process of a pod's build container. Starts what the run's exec asks
/// for, reaps all that is orphaned to it, and ends when it is told to. It knows no secret and keeps no log.
/// </summary>
internal sealed unsafe class Room
{
    private readonly int _listener;
    private readonly Reaper _reaper = new();
    private readonly int _self = Libc.ProcessId();
    private RoomGuest? _guest;
    private int _waiting = -1;
    private bool _isFinishing;

    private Room(int listener) => _listener = listener;

    public static int Run(string directory)
    {
        if (Libc.ChangeDirectory(directory) != 0)
        {
            return Daemon.Fail($"{directory} is not a directory");
        }

        try
        {
            Posix.WriteFile(RoomProtocol.EnvironmentFile, Environs());
            // What starts here keeps a line of parents to this process, also where it is not the container's first one.
            Libc.ProcessControl(option: 36, 1, 0, 0, 0);
            Libc.Signal(signal: 13, handler: 1);
            var room = new Room(UnixAddress.Listen(RoomProtocol.SocketFile));
            // Looked for only now: who makes the file comes to the socket behind it.
            room._isFinishing = Libc.Access(RoomProtocol.DoneFile, 0) == 0;
            room.Serve();
            return 0;
        }
        catch (PosixException broken)
        {
            return Daemon.Fail(broken.Message);
        }
    }

    private static byte[] Environs()
    {
        var variables = new List<KeyValuePair<string, string>>();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables.Add(new((string)variable.Key, (string?)variable.Value ?? ""));
        }

        var bash = ProgramLookup.Find("/bin/bash", [], "/") ?? ProgramLookup.Find("bash", variables, "/");
        variables.Add(new(RoomProtocol.BashVariable, bash ?? ""));
        return Encoding.UTF8.GetBytes(string.Concat(variables.Select(static variable => $"{variable.Key}={variable.Value}\0")));
    }

    private void Serve()
    {
        while (!_isFinishing || _guest is not null)
        {
            Wait();
            var now = Environment.TickCount64;
            while (_reaper.TryTake(out var reaped))
            {
                _guest?.See(reaped, now);
            }

            Welcome(now);
            Listen(now);
            _guest?.Advance(now);
            if (_guest is { IsOver: true } over)
            {
                over.Leave();
                _guest = null;
                if (_waiting >= 0)
                {
                    Greet(_waiting);
                    _waiting = -1;
                }
            }
        }
    }

    /// <summary>Takes who comes. After an abandoned guest the next one waits until that guest's tree is gone.</summary>
    private void Welcome(long now)
    {
        while (_waiting < 0 && (_waiting = UnixAddress.Accept(_listener)) >= 0)
        {
            // Only now is it certain to be seen when the guest was left before this connection was made.
            Listen(now);
            if (_guest is not { IsAbandoned: true })
            {
                Greet(_waiting);
                _waiting = -1;
            }
        }
    }

    private void Wait()
    {
        Span<Libc.PollFd> polled = stackalloc Libc.PollFd[3];
        polled[0] = new() { Fd = _waiting < 0 ? _listener : -1, Events = Libc.PollFd.In };
        polled[1] = new() { Fd = _reaper.Descriptor, Events = Libc.PollFd.In };
        polled[2] = new() { Fd = _guest is { IsAbandoned: false } guest ? guest.Connection : -1, Events = Libc.PollFd.In };
        var timeout = _guest?.NextAt is { } next ? (int)Math.Clamp(next - Environment.TickCount64, 0, 60_000) : -1;
        fixed (Libc.PollFd* first = polled)
        {
            _ = Libc.Poll(first, 3, timeout);
        }
    }

    /// <summary>Takes the first word of a connection. Only the run's own exec and runner can reach the socket from outside;
    /// what the run itself does to its own room harms nobody else.</summary>
    private void Greet(int connection)
    {
        const int setFlags = 4;
        Libc.Control(connection, setFlags, 0);
        var (word, output) = DescriptorPassing.Receive(connection);
        if (word == RoomProtocol.Start && output >= 0 && RoomRequest.Read(connection) is { } request)
        {
            Begin(connection, request, output);
        }
        else
        {
            _isFinishing |= word == RoomProtocol.Finish;
            Libc.Close(connection);
        }

        if (output >= 0)
        {
            Libc.Close(output);
        }
    }

    private void Begin(int connection, RoomRequest request, int output)
    {
        if (_guest is not null)
        {
            Refuse(connection, output, "another command still runs in the build container");
            return;
        }

        var nothing = Libc.Open("/dev/null", Libc.ReadOnly | Libc.CloseOnExec, 0);
        var outcome = Spawner.Start(new SpawnRequest(
            request.Argv, request.Environment, request.WorkingDirectory, nothing, output, output));
        Libc.Close(nothing);
        if (outcome is SpawnOutcome.Running running)
        {
            _guest = new RoomGuest(connection, running.Pid, new KillLadder(_self));
            _reaper.ChildStarted();
        }
        else if (outcome is SpawnOutcome.Refused refused)
        {
            Refuse(connection, output, refused.Message);
        }
    }

    private static void Refuse(int connection, int output, string message)
    {
        Posix.WriteAll(output, Encoding.UTF8.GetBytes($"\e[2m[kiln]\e[0m not started in the build container: {message}\n"));
        Posix.WriteAll(connection, new RoomAnswer(RoomEnd.Refused, 0, WasOutOfMemory: false).Write());
        Libc.Close(connection);
    }

    private void Listen(long now)
    {
        if (_guest is not { IsAbandoned: false } guest)
        {
            return;
        }

        Libc.PollFd polled = new() { Fd = guest.Connection, Events = Libc.PollFd.In };
        if (Libc.Poll(&polled, 1, timeoutMs: 0) <= 0)
        {
            return;
        }

        Span<byte> word = stackalloc byte[1];
        if (Posix.Read(guest.Connection, word) == 1)
        {
            guest.Terminate(now);
        }
        else
        {
            guest.Abandon(now);
        }
    }
}
