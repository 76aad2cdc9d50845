using Kiln.Contracts.Exec;
using Kiln.Exec.Interop;

namespace Kiln.Exec.Protocol;

/// <summary>One connection to the socket; never waits. What it is shows its first message.</summary>
internal sealed class Client(int fd)
{
    private readonly FrameBuffer _in = new();
    private readonly FrameWriter _out = new();

    public int Descriptor { get; } = fd;

    /// <summary>It said hello: this is the runner.</summary>
    public bool IsRunner { get; set; }

    /// <summary>The other side is gone, or to be let go once everything is sent.</summary>
    public bool IsClosed { get; private set; }

    public bool HasUnsent => _out.Length > 0;

    /// <summary>Process at the other end.</summary>
    public int PeerPid => UnixAddress.PeerPid(Descriptor);

    /// <summary>Takes what has arrived; a broken stream closes the connection.</summary>
    public void Receive()
    {
        var read = Posix.Read(Descriptor, _in.Room().Span);
        if (read > 0)
        {
            _in.Received(read);
        }
        else if (read != -Libc.EAgain)
        {
            IsClosed = true;
        }
    }

    /// <summary>The next whole message; <c>null</c> when there is none that exec knows.</summary>
    public ExecCommand? Take()
    {
        try
        {
            while (_in.TryTake(out var payload))
            {
                if (ExecCommandCodec.Read(payload) is { } command)
                {
                    return command;
                }
            }
        }
        catch (InvalidDataException)
        {
            IsClosed = true;
        }

        return null;
    }

    public void Send(ExecNotice notice)
    {
        ExecNoticeCodec.Write(_out, notice);
        Flush();
    }

    /// <summary>Sends what the other side takes now.</summary>
    public void Flush()
    {
        while (HasUnsent && !IsClosed)
        {
            var written = Posix.Write(Descriptor, _out.Written);
            if (written == -Libc.EAgain)
            {
                return;
            }

            if (written < 0)
            {
                IsClosed = true;
                return;
            }

            _out.Take(written);
        }
    }

    public void Close()
    {
        IsClosed = true;
        Libc.Close(Descriptor);
    }
}
