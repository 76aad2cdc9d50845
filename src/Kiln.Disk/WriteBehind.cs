using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kiln.Disk;

/// <summary>Has the kernel write what a file was given while more of it comes, so that a sync of it later has little left to wait for.</summary>
public static partial class WriteBehind
{
    private const uint Write = 2; // SYNC_FILE_RANGE_WRITE: begins it, and waits for nothing.

    /// <summary>Begins to write a part of a file. A hint: nothing is durable by it, and where it cannot be followed nothing happens (sync_file_range(2)).</summary>
    /// <param name="file">Open for writing.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="length">Bytes.</param>
    public static void Begin(SafeFileHandle file, long offset, long length) => _ = SyncFileRange(file, offset, length, Write);

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);
}
