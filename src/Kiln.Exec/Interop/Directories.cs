using System.Buffers.Binary;
using System.Text;

namespace Kiln.Exec.Interop;

/// <summary>Directories without the framework's file system layer.</summary>
internal static unsafe class Directories
{
    public static bool Exists(string path)
    {
        var fd = Libc.Open(path, Libc.ReadOnly | Libc.DirectoryOnly | Libc.CloseOnExec, 0);
        if (fd < 0)
        {
            // Without the right to read it, it is still a directory when one can pass through it.
            return Libc.Access(path + "/.", Libc.ExecuteOk) == 0;
        }

        Libc.Close(fd);
        return true;
    }

    /// <summary>Names in <paramref name="path"/> that are numbers: the processes, in <c>/proc</c>.</summary>
    public static List<int> Numbers(string path)
    {
        const int lengthOffset = 16;
        const int nameOffset = 19;
        var numbers = new List<int>();
        var fd = Libc.Open(path, Libc.ReadOnly | Libc.DirectoryOnly | Libc.CloseOnExec, 0);
        if (fd < 0)
        {
            return numbers;
        }

        var buffer = stackalloc byte[16384];
        nint size;
        while ((size = Libc.DirectoryEntries(fd, buffer, 16384)) > 0)
        {
            for (var entry = 0; entry < size;)
            {
                var length = BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(buffer + entry + lengthOffset, 2));
                var name = new ReadOnlySpan<byte>(buffer + entry + nameOffset, length - nameOffset);
                name = name[..name.IndexOf((byte)0)];
                if (System.Buffers.Text.Utf8Parser.TryParse(name, out int number, out var used) && used == name.Length)
                {
                    numbers.Add(number);
                }

                entry += length;
            }
        }

        Libc.Close(fd);
        return numbers;
    }

    /// <summary>Where a link points to, or empty.</summary>
    public static string Link(string path)
    {
        var buffer = stackalloc byte[4096];
        var length = Libc.ReadLink(path, buffer, 4096);
        return length > 0 ? Encoding.UTF8.GetString(buffer, (int)length) : "";
    }
}
