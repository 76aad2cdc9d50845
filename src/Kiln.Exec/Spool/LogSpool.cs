using Kiln.Contracts.Exec;
using Kiln.Exec.Interop;

namespace Kiln.Exec.Spool;

/// <summary>
/// The masked log of a run, in the run directory. Bounded by what waits to be acknowledged and by the disk's free
/// space: when the bound is reached nothing is refused, but <see cref="HasRoom"/> says to stop reading the pipe.
/// </summary>
internal sealed class LogSpool(SpoolBound bound)
{
    private const int PunchHoleKeepSize = 0x1 | 0x2;

    /// <summary>Holes are punched in steps: each is a call into the file system.</summary>
    private const long HoleStep = 4L << 20;

    /// <summary>The disk is asked again after so many bytes.</summary>
    private const long AskStep = 8L << 20;

    private readonly int _fd = Open();
    private byte[] _late = [];
    private long _acknowledged;
    private long _punched;
    private long _askAt;
    private long _bound;

    /// <summary>Bytes of the log, those in <see cref="IsDiskFull"/> included.</summary>
    public long Length { get; private set; }

    /// <summary>The last byte is not a line feed.</summary>
    public bool EndsInsideLine { get; private set; }

    /// <summary>The file system took no more; the bytes are kept in memory and offered again.</summary>
    public bool IsDiskFull => _late.Length > 0;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        Length += bytes.Length;
        EndsInsideLine = bytes[^1] != (byte)'\n';
        if (IsDiskFull)
        {
            _late = [.. _late, .. bytes];
        }
        else
        {
            Write(bytes);
        }
    }

    /// <summary>Whether the bound allows more. Looks at the disk now and then, and each time while it waits.</summary>
    public bool HasRoom()
    {
        if (IsDiskFull)
        {
            var late = _late;
            _late = [];
            Write(late);
        }

        var waiting = Length - _acknowledged;
        if (Length >= _askAt || waiting >= _bound)
        {
            _bound = bound.Now(waiting);
            _askAt = Length + AskStep;
        }

        return !IsDiskFull && waiting < _bound;
    }

    /// <summary>Gives back the place of bytes that are stored elsewhere.</summary>
    public void Acknowledge(long length)
    {
        _acknowledged = Math.Clamp(length, _acknowledged, Length);
        if (_acknowledged - _punched >= (IsDiskFull ? 1 : HoleStep))
        {
            Punch();
        }
    }

    /// <summary>
    /// Offers once more what a full disk did not take; what it still does not take is given up, and its length returned. Nothing
    /// is synced: a machine that stops takes the run with it, and what the server has acknowledged is safe there.
    /// </summary>
    public long Settle()
    {
        if (IsDiskFull && _acknowledged > _punched)
        {
            Punch();
        }

        HasRoom();
        long lost = _late.Length;
        Length -= lost;
        _late = [];
        return lost;
    }

    private void Punch()
    {
        // A file system without holes keeps the bytes: then the disk's bound alone holds.
        Libc.Allocate(_fd, PunchHoleKeepSize, 0, _acknowledged);
        _punched = _acknowledged;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var written = Posix.Write(_fd, bytes);
            if (written < 0)
            {
                _late = bytes.ToArray();
                return;
            }

            bytes = bytes[written..];
        }
    }

    private static int Open()
    {
        const int flags = Libc.WriteOnly | Libc.Create | Libc.Append | Libc.CloseOnExec;
        var fd = Libc.Open(ExecProtocol.SpoolFile, flags, 0x180);
        return fd >= 0 ? fd : throw Posix.Broken(ExecProtocol.SpoolFile);
    }
}
