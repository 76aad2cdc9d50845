using System.Runtime.InteropServices;

namespace Kiln.EndToEnd.Harness;

/// <summary>
/// A disk whose power can be cut: an ext4 of its own in a file, which then keeps what was synced (or what the kernel had written by
/// itself) and nothing else. Files, names and sizes that wait in memory are gone, as behind a real power cut.
/// </summary>
public sealed class PowerDisk : IDisposable
{
    // ext4's own call for this, EXT4_IOC_SHUTDOWN: nothing is written any more, the journal neither.
    private const nuint ShutDown = 0x8004587D;
    private const uint WithoutTheJournal = 2;

    private readonly string _image;

    private PowerDisk(string path, string image) => (Path, _image) = (path, image);

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    /// <summary>Makes and mounts one; <c>null</c> where this user may not.</summary>
    /// <param name="path">Where; the directory is made.</param>
    /// <param name="image">File that it lives in, of which only what is used takes room.</param>
    /// <param name="megabytes">Its size.</param>
    public static PowerDisk? Mount(string path, string image, int megabytes)
    {
        Directory.CreateDirectory(path);
        using (var file = File.Create(image))
        {
            file.SetLength((long)megabytes << 20);
        }
        var disk = new PowerDisk(path, image);
        if (!Mounts.Run("mkfs.ext4", "-q", image) || !disk.Mount())
        {
            return null;
        }
        Directory.Delete(System.IO.Path.Combine(path, "lost+found"));
        return disk;
    }

    /// <summary>Cuts its power. Whoever writes now gets an error: those who are to know nothing of it are frozen before.</summary>
    /// <exception cref="IOException">The kernel does not cut it.</exception>
    public void Cut()
    {
        var root = Open(Path, 0);
        var how = WithoutTheJournal;
        var cut = Control(root, ShutDown, ref how);
        _ = Close(root);
        if (cut != 0)
        {
            throw new IOException($"The power of {Path} cannot be cut: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Mounts it again, once nobody who died with it holds a file there any more.</summary>
    public async Task RestoreAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        // Two that are mounted of one image would write into each other: it has to be let go of by everybody.
        for (var isOff = Mounts.Run("umount", Path); !isOff || IsInUse(); isOff = isOff || Mounts.Run("umount", Path))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellationToken);
        }
        if (!Mount())
        {
            throw new IOException($"{_image} cannot be mounted again.");
        }
    }

    // Lazily: who still has a file open there keeps it until it ends.
    public void Dispose() => Mounts.Run("umount", "-l", Path);

    private bool IsInUse() => Directory.EnumerateDirectories("/sys/block", "loop*")
        .Select(static device => System.IO.Path.Combine(device, "loop", "backing_file"))
        .Any(file => File.Exists(file) && File.ReadAllText(file).Trim() == _image);

    private bool Mount() => Mounts.Run("mount", "-o", "loop", _image, Path);

    [DllImport("libc", EntryPoint = "open", CharSet = CharSet.Ansi, SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int Control(int descriptor, nuint request, ref uint argument);
}
