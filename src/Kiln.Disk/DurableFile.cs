using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kiln.Disk;

/// <summary>
/// Files that are whole or not there behind a power cut, and there once a call has returned. Content and name are synced each for
/// itself: a name without its content stands for an empty file, and a content without its name is lost (fsync(2), notes).
/// </summary>
public static partial class DurableFile
{
    private const int ReadOnly = 0x80000; // O_RDONLY | O_CLOEXEC
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a file, in the place of one that is there: who reads it sees the one or the other. Only its owner may.</summary>
    /// <exception cref="IOException">The disk refuses; what was there still is.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var draft = $"{path}.new";
        // One that a crash left may be somebody's to read.
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }
        using (var file = new FileStream(draft, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        Place(draft, path);
    }

    /// <summary>Gives a draft whose content is synced the name it is to have, in the place of a file that is there.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void Place(string draft, string path)
    {
        File.Move(draft, path, overwrite: true);
        SyncNames(Path.GetDirectoryName(path)!);
    }

    /// <summary>Waits until the content of a file is on disk.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void SyncContent(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Waits until the names in a directory are on disk.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void SyncNames(string directory) => OnDisk(directory, Sync);

    /// <summary>Waits until everything is on disk that was written to the file system of a directory, by whomever.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void SyncAll(string directory) => OnDisk(directory, SyncFileSystem);

    private static void OnDisk(string directory, Func<SafeFileHandle, int> sync)
    {
        using var handle = Open(directory, ReadOnly);
        if (handle.IsInvalid || sync(handle) != 0)
        {
            throw new IOException(
                $"The directory {directory} cannot be synced: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFileSystem(SafeFileHandle file);
}
