using System.Text;
using Kiln.Contracts.Exec;
using Kiln.Exec.Interop;
using Kiln.Exec.Journal;
using Kiln.Exec.Reap;
using Kiln.Exec.Rooms;
using Kiln.Exec.Spawn;
using Kiln.Exec.Spool;

namespace Kiln.Exec;

/// <summary>Makes this process the init of a run: detached, undumpable, deaf to polite signals, subreaper.</summary>
internal static class Daemon
{
    private const int Busy = 3;

    public static int Run(string runDirectory) => Detach(runDirectory) ? Serve(runDirectory, new Reaper()) : 0;

    /// <summary>Serves a run in a process that <see cref="Detach"/> has made ready.</summary>
    /// <returns>Exit code.</returns>
    public static int Serve(string runDirectory, Reaper reaper)
    {
        Libc.MakeDirectory(runDirectory, 0x1c0);
        if (Libc.ChangeDirectory(runDirectory) != 0 || Libc.ChangeMode(".", 0x1c0) != 0)
        {
            return Fail($"{runDirectory} is not a directory of this user");
        }

        try
        {
            if (JournalWriter.TryOpen() is not { } journal)
            {
                Fail($"{runDirectory} belongs to another exec, which runs or died there");
                return Busy;
            }

            Serve(journal, reaper);
            return 0;
        }
        catch (PosixException broken)
        {
            return Fail(broken.Message);
        }
    }

    /// <summary>
    /// Leaves the starter's session. False when a child has taken over, started with <paramref name="argument"/>: the leader
    /// of a process group cannot begin a session of its own.
    /// </summary>
    public static bool Detach(string argument)
    {
        const int setDumpable = 4;
        const int setChildSubreaper = 36;
        const int closeOnExecOnly = 4;
        const nint ignore = 1;

        Libc.ProcessControl(setDumpable, 0, 0, 0, 0);
        Libc.CloseRange(3, uint.MaxValue, closeOnExecOnly);
        if (Libc.NewSession() < 0)
        {
            var here = Directories.Link("/proc/self/cwd");
            var self = new SpawnRequest([Directories.Link("/proc/self/exe"), argument], OwnEnvironment(), here, 0, 1, 2);
            if (Spawner.Start(self) is SpawnOutcome.Running)
            {
                return false;
            }
        }

        // HUP, INT, QUIT, PIPE, TERM.
        foreach (var signal in (ReadOnlySpan<int>)[1, 2, 3, 13, 15])
        {
            Libc.Signal(signal, ignore);
        }

        Libc.ProcessControl(setChildSubreaper, 1, 0, 0, 0);
        return true;
    }

    public static int Fail(string message)
    {
        Posix.WriteAll(2, Encoding.UTF8.GetBytes($"kiln-exec: {message}\n"));
        return 1;
    }

    private static void Serve(JournalWriter journal, Reaper reaper)
    {
        var directory = Directories.Link("/proc/self/cwd");
        var runId = Environment.GetEnvironmentVariable(ExecProtocol.RunIdVariable) ?? directory;
        var listener = UnixAddress.Listen(ExecProtocol.SocketFile);
        var log = new RunLog(new LogSpool(SpoolBound.FromEnvironment()));
        var loop = new EventLoop(listener, reaper, log);
        var session = new Session(log, journal, new Starter(reaper, directory, runId, RoomPlace.FromEnvironment()), loop.Announce);

        Posix.WriteAll(1, Encoding.UTF8.GetBytes(ExecProtocol.ReadyLine + "\n"));
        LetGoOfStarter();
        loop.Run(session);
        Libc.Unlink(ExecProtocol.SocketFile);
    }

    private static List<KeyValuePair<string, string>> OwnEnvironment()
    {
        var variables = new List<KeyValuePair<string, string>>();
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables.Add(new((string)variable.Key, (string?)variable.Value ?? ""));
        }

        return variables;
    }

    private static void LetGoOfStarter()
    {
        var nowhere = Libc.Open("/dev/null", Libc.ReadWrite | Libc.CloseOnExec, 0);
        for (var fd = 0; fd < 3; fd++)
        {
            Libc.Duplicate(nowhere, fd);
        }
    }
}
