using System.Runtime.InteropServices;

namespace Kiln.Exec.Interop;

/// <summary>Libc's calls in the shape the rest of exec wants: spans, retries after EINTR, errors as negative numbers.</summary>
internal static unsafe class Posix
{
    /// <summary>Bytes read, 0 at the end, or minus the error number.</summary>
    public static int Read(int fd, Span<byte> into)
    {
        fixed (byte* start = into)
        {
            while (true)
            {
                var count = Libc.Read(fd, start, into.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                var error = Marshal.GetLastPInvokeError();
                if (error != Libc.EIntr)
                {
                    return -error;
                }
            }
        }
    }

    /// <summary>Bytes written, perhaps fewer than given, or minus the error number.</summary>
    public static int Write(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            while (true)
            {
                var count = Libc.Write(fd, start, bytes.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                var error = Marshal.GetLastPInvokeError();
                if (error != Libc.EIntr)
                {
                    return -error;
                }
            }
        }
    }

    /// <summary>Writes everything; 0, or minus the error number.</summary>
    public static int WriteAll(int fd, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var written = Write(fd, bytes);
            if (written < 0)
            {
                return written;
            }

            bytes = bytes[written..];
        }

        return 0;
    }

    /// <summary>A close-on-exec pipe.</summary>
    public static (int Reader, int Writer) Pipe()
    {
        var ends = stackalloc int[2];
        if (Libc.Pipe(ends, Libc.CloseOnExec) != 0)
        {
            throw Broken("pipe");
        }

        return (ends[0], ends[1]);
    }

    public static void MakeNonBlocking(int fd) => Libc.Control(fd, command: 4, Libc.NonBlocking);

    /// <summary>The whole of a small file, or <c>null</c> when it cannot be read or is longer than <paramref name="limit"/>.</summary>
    public static byte[]? ReadFile(string path, int limit)
    {
        var fd = Libc.Open(path, Libc.ReadOnly | Libc.CloseOnExec | Libc.NoFollow | Libc.NonBlocking, 0);
        if (fd < 0)
        {
            return null;
        }

        var bytes = new byte[Math.Min(limit + 1, 4096)];
        var length = 0;
        int read;
        while ((read = Read(fd, bytes.AsSpan(length))) > 0)
        {
            length += read;
            if (length > limit)
            {
                break;
            }

            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(limit + 1L, bytes.Length * 4L));
            }
        }

        Libc.Close(fd);
        return read < 0 || length > limit ? null : bytes[..length];
    }

    /// <summary>Writes a file anew, 0600.</summary>
    public static void WriteFile(string path, ReadOnlySpan<byte> content)
    {
        Libc.Unlink(path);
        var fd = Libc.Open(path, Libc.WriteOnly | Libc.Create | Libc.Exclusive | Libc.CloseOnExec, 0x180);
        if (fd < 0)
        {
            throw Broken(path);
        }

        var error = WriteAll(fd, content);
        Libc.Close(fd);
        if (error < 0)
        {
            throw new PosixException(path, -error);
        }
    }

    /// <summary>The last error as an exception: for what cannot fail in a world that is whole.</summary>
    public static PosixException Broken(string what) => new(what, Marshal.GetLastPInvokeError());
}

/// <summary>A system call failed.</summary>
internal sealed class PosixException(string what, int error)
    : Exception($"{what}: {Marshal.GetPInvokeErrorMessage(error)}")
{
    public int Error { get; } = error;
}
