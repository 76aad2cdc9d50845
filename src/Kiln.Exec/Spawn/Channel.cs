using Kiln.Exec.Interop;

namespace Kiln.Exec.Spawn;

/// <summary>The reading end of a pipe that a process tree writes to.</summary>
internal sealed class Channel
{
    private Channel(int reader) => Descriptor = reader;

    public int Descriptor { get; }

    /// <summary>Nobody can write any more, and everything is read; or it was let go.</summary>
    public bool IsOver { get; private set; }

    /// <summary>A pipe, as large as the system lets it be; the writer is the child's and to be closed by the caller.</summary>
    public static (Channel Channel, int Writer) Open()
    {
        const int setPipeSize = 1031;
        var (reader, writer) = Posix.Pipe();
        Posix.MakeNonBlocking(reader);
        Libc.Control(reader, setPipeSize, 1 << 20);
        return (new Channel(reader), writer);
    }

    /// <summary>What is there, at most a buffer full; 0 when there is nothing now.</summary>
    public int Read(Span<byte> into)
    {
        if (IsOver)
        {
            return 0;
        }

        var read = Posix.Read(Descriptor, into);
        if (read > 0)
        {
            return read;
        }

        if (read != -Libc.EAgain)
        {
            Close();
        }

        return 0;
    }

    public void Close()
    {
        if (!IsOver)
        {
            IsOver = true;
            Libc.Close(Descriptor);
        }
    }
}
