using Kiln.Contracts.Exec;
using Kiln.Exec.Credentials;
using Kiln.Exec.Interop;
using Kiln.Exec.Protocol;
using Kiln.Exec.Reap;

namespace Kiln.Exec;

/// <summary>The one thread that does everything but reap: waits for descriptors and time, never for anything else.</summary>
internal sealed unsafe class EventLoop(int listener, Reaper reaper, RunLog log)
{
    /// <summary>While the spool's bound is reached, the disk is asked this often.</summary>
    private const int WaitingTickMs = 200;

    /// <summary>So often an idle exec looks whether its run directory still exists.</summary>
    private const int IdleTickMs = 30_000;

    /// <summary>Reads of a fast writer between two looks at everything else.</summary>
    private const int ReadsAtOnce = 16;

    /// <summary>One runner, and gits that ask for credentials; more have to wait in line.</summary>
    private const int MaxClients = 64;

    private const int OtherDescriptors = 5;

    private readonly List<Client> _clients = [];
    private readonly Libc.PollFd[] _polled = new Libc.PollFd[MaxClients + OtherDescriptors];
    private Client? _runner;
    private long _announcedLength;
    private bool _announcedWaiting;

    public void Announce(ExecNotice notice) => _runner?.Send(notice);

    public void Run(Session session)
    {
        while (!session.IsSealed && !IsOrphaned(session))
        {
            Wait(session);
            var now = Environment.TickCount64;
            while (reaper.TryTake(out var reaped))
            {
                session.See(reaped, now);
            }

            Accept();
            Converse(session, now);
            TakeOutput(session);
            session.Advance(now);
            AnnounceLog();
        }

        // The word that the log is sealed should still get out; a runner that does not read finds it in the journal.
        for (var tries = 0; tries < 50 && _runner is { HasUnsent: true, IsClosed: false }; tries++)
        {
            Poll([new Libc.PollFd { Fd = _runner.Descriptor, Events = Libc.PollFd.Out }], timeoutMs: 20);
            _runner.Flush();
        }
    }

    private void Wait(Session session)
    {
        var count = 0;
        Watch(reaper.Descriptor, Libc.PollFd.In);
        WatchUnless(_clients.Count >= MaxClients, listener, Libc.PollFd.In);
        var isWaiting = false;
        if (session.Running is { } running)
        {
            if (log.HasRoom())
            {
                WatchUnless(running.Output.IsOver, running.Output.Descriptor, Libc.PollFd.In);
            }
            else
            {
                isWaiting = true;
            }

            WatchUnless(running.Capture?.Channel.IsOver ?? true, running.Capture?.Channel.Descriptor ?? 0, Libc.PollFd.In);
            WatchUnless(running.Stdin?.IsOver ?? true, running.Stdin?.Descriptor ?? 0, Libc.PollFd.Out);
        }

        foreach (var client in _clients)
        {
            Watch(client.Descriptor, client.HasUnsent ? (short)(Libc.PollFd.In | Libc.PollFd.Out) : Libc.PollFd.In);
        }

        var longest = isWaiting ? WaitingTickMs : IdleTickMs;
        var wait = session.NextAt is { } next ? Math.Clamp(next - Environment.TickCount64, 0, longest) : longest;
        Poll(_polled.AsSpan(0, count), (int)wait);

        void WatchUnless(bool isOver, int fd, short events)
        {
            if (!isOver)
            {
                Watch(fd, events);
            }
        }

        void Watch(int fd, short events) => _polled[count++] = new Libc.PollFd { Fd = fd, Events = events };
    }

    private static void Poll(Span<Libc.PollFd> descriptors, int timeoutMs)
    {
        // Interrupted or not, the loop looks at everything without waiting.
        fixed (Libc.PollFd* first = descriptors)
        {
            _ = Libc.Poll(first, (nuint)descriptors.Length, timeoutMs);
        }
    }

    private void Accept()
    {
        int fd;
        while (_clients.Count < MaxClients && (fd = UnixAddress.Accept(listener)) >= 0)
        {
            _clients.Add(new Client(fd));
        }
    }

    private void Converse(Session session, long now)
    {
        foreach (var client in _clients.ToArray())
        {
            client.Flush();
            client.Receive();
            while (!session.IsSealed && client.Take() is { } command)
            {
                Obey(client, command, session, now);
            }

            if (client.IsClosed)
            {
                Drop(client);
            }
        }
    }

    private void Obey(Client client, ExecCommand command, Session session, long now)
    {
        if (command is ExecCommand.AskCredential ask)
        {
            client.Send(CredentialAnswer.For(ask, session.Running, client.PeerPid));
        }
        else if (client.IsRunner)
        {
            session.Handle(command, now);
            session.Advance(now);
        }
        else if (command is ExecCommand.Hello && !ProcessTree.IsOwnDescendant(client.PeerPid))
        {
            Promote(client);
            session.Handle(command, now);
        }
    }

    /// <summary>What the run itself starts can never get here: it must not steer its own exec.</summary>
    private void Promote(Client client)
    {
        if (_runner is not null)
        {
            Drop(_runner);
        }

        client.IsRunner = true;
        _runner = client;
        _announcedLength = log.Length;
    }

    private void Drop(Client client)
    {
        if (_clients.Remove(client))
        {
            client.Close();
        }

        _runner = _runner == client ? null : _runner;
    }

    private void TakeOutput(Session session)
    {
        if (session.Running is not { } running)
        {
            return;
        }

        running.Stdin?.Give();
        for (var reads = 0; reads < ReadsAtOnce && log.HasRoom() && log.Take(running); reads++)
        {
            AnnounceLog();
        }
    }

    /// <summary>A runner that has not read the last word gets the next one when it has.</summary>
    private void AnnounceLog()
    {
        var isWaiting = !log.HasRoom();
        if (_runner is { HasUnsent: false } && (log.Length != _announcedLength || isWaiting != _announcedWaiting))
        {
            _announcedLength = log.Length;
            _announcedWaiting = isWaiting;
            _runner.Send(new ExecNotice.Log(log.Length, isWaiting));
        }
    }

    /// <summary>The run directory was removed and nothing runs: nobody can ever find this exec again.</summary>
    private bool IsOrphaned(Session session) =>
        session.Running is null && _clients.Count == 0 && Directories.Link("/proc/self/cwd").EndsWith(" (deleted)");
}
