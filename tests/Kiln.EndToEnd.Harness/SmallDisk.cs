namespace Kiln.EndToEnd.Harness;

/// <summary>A disk of a few megabytes in memory.</summary>
public sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    /// <summary>Mounts one; <c>null</c> where this user may not mount.</summary>
    public static SmallDisk? Mount(Scratch scratch, string name, int megabytes)
    {
        var path = scratch[name];
        Directory.CreateDirectory(path);
        return Mounts.Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=700", "kiln-test", path) ? new SmallDisk(path) : null;
    }

    /// <summary>Takes all the room there is.</summary>
    public void Fill()
    {
        using var file = File.Create(System.IO.Path.Combine(Path, "ballast"), bufferSize: 1);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Takes so many megabytes.</summary>
    public void Take(int megabytes)
    {
        using var file = File.Create(System.IO.Path.Combine(Path, "ballast"));
        file.Write(new byte[megabytes << 20]);
    }

    /// <summary>Makes it another size.</summary>
    public void Resize(int megabytes) => Mounts.Run("mount", "-o", $"remount,size={megabytes}m", Path);

    /// <summary>Gives back what was taken.</summary>
    public void Free() => File.Delete(System.IO.Path.Combine(Path, "ballast"));

    // Lazily: who still has a file open there keeps it until it ends.
    public void Dispose() => Mounts.Run("umount", "-l", Path);
}
