using Kiln.Contracts.Exec;
using Kiln.Exec.Interop;

namespace Kiln.Exec.Journal;

/// <summary>
/// Appends notices to the journal. A record survives the death of exec, not of the machine: after that the run is lost
/// whatever the journal says, so nothing is synced and no run waits for the disk.
/// </summary>
internal sealed class JournalWriter
{
    /// <summary>Set aside on the disk, so that a script that fills it cannot keep its own end out of the journal.</summary>
    private const int ReservedBytes = 64 * 1024;

    private readonly FrameWriter _frames = new();
    private readonly int _fd;

    private JournalWriter(int fd) => _fd = fd;

    /// <summary>
    /// Opens the journal and with it the run directory, for life: <c>null</c> when another exec has it, or had it and
    /// died, since what it started may still run and must not run twice.
    /// </summary>
    public static JournalWriter? TryOpen()
    {
        const int exclusiveNow = 2 | 4;
        const int end = 2;
        // The directory is locked, not the journal: readers of the journal may lock that themselves.
        var directory = Libc.Open(".", Libc.ReadOnly | Libc.DirectoryOnly | Libc.CloseOnExec, 0);
        if (Libc.Lock(directory, exclusiveNow) != 0)
        {
            return null;
        }

        var fd = Libc.Open(
            ExecProtocol.JournalFile, Libc.ReadWrite | Libc.Create | Libc.Append | Libc.CloseOnExec, 0x180);
        if (fd < 0)
        {
            throw Posix.Broken(ExecProtocol.JournalFile);
        }

        if (Libc.Seek(fd, 0, end) != 0)
        {
            return null;
        }

        const int keepSize = 1;
        Libc.Allocate(fd, keepSize, 0, ReservedBytes);
        return new JournalWriter(fd);
    }

    public void Append(ExecNotice notice)
    {
        ExecNoticeCodec.Write(_frames, notice);
        // A journal that cannot be written (disk full) does not end the build: exec still knows, only its successor would not.
        Posix.WriteAll(_fd, _frames.Written);
        _frames.Take(_frames.Length);
    }
}
