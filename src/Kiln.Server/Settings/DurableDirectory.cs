using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Kiln.Server.Settings;

/// <summary>Makes names durable: a file that was synced is found again after a power cut only when its directory was, too.</summary>
internal static partial class DurableDirectory
{
    private const int ReadOnly = 0x80000; // O_RDONLY | O_CLOEXEC

    /// <summary>Waits until the names in a directory are on disk.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void Flush(string path)
    {
        var directory = Open(path, ReadOnly);
        if (directory < 0)
        {
            throw Failed(path);
        }
        try
        {
            if (Sync(directory) != 0)
            {
                throw Failed(path);
            }
        }
        finally
        {
            _ = Close(directory);
        }
    }

    private static IOException Failed(string path) =>
        new($"The directory {path} cannot be synced: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
