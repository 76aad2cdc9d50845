using System.Security.Cryptography;
using Kiln.Disk;

namespace Kiln.Runner.Spawning;

/// <summary>
/// The exec that runs are given: a copy at a path named after its content, so that an upgrade of Kiln never changes a
/// file that a run in progress executes.
/// </summary>
public static class ExecBinary
{
    private const string Name = "kiln-exec";

    /// <summary>Where <c>KILN_EXEC</c> says (builds that are not installed), else beside the running program;
    /// <c>null</c> when it is not there.</summary>
    public static string? Find(string baseDirectory, Func<string, string?> environment)
    {
        var path = environment("KILN_EXEC") is { Length: > 0 } told ? told : Path.Combine(baseDirectory, Name);
        return File.Exists(path) ? path : null;
    }

    /// <summary>Puts <paramref name="source"/> below <paramref name="binDirectory"/> and tells where. An existing copy is
    /// kept as it is. A build without AOT is several files; they go together.</summary>
    public static string Install(string source, string binDirectory)
    {
        var files = FilesOf(source);
        var target = Path.Combine(binDirectory, HashOf(files));
        var installed = Path.Combine(target, Name);
        if (File.Exists(installed))
        {
            return installed;
        }
        Directory.CreateDirectory(binDirectory);
        var making = Path.Combine(binDirectory, $".{Guid.NewGuid():n}");
        Directory.CreateDirectory(making);
        foreach (var file in files)
        {
            var copy = Path.Combine(making, Path.GetFileName(file));
            File.Copy(file, copy);
            DurableFile.SyncContent(copy);
        }
        DurableFile.SyncNames(making);
        try
        {
            Directory.Move(making, target);
            DurableFile.SyncNames(binDirectory);
        }
        catch (IOException) when (File.Exists(installed))
        {
            // Another agent of this directory's past made the same copy first.
            Directory.Delete(making, recursive: true);
        }
        return installed;
    }

    /// <summary>Puts <paramref name="source"/> into <paramref name="directory"/>, for everybody to run; repeating it changes nothing that
    /// runs.</summary>
    public static void Drop(string source, string directory)
    {
        // The program last: who sees it finds what it needs.
        foreach (var file in FilesOf(source).Reverse())
        {
            var target = Path.Combine(directory, Path.GetFileName(file));
            var making = $"{target}.new";
            File.Delete(making);
            File.Copy(file, making);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(making, (UnixFileMode)0x1ed);
            }
            File.Move(making, target, overwrite: true);
        }
    }

    private static string[] FilesOf(string source)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(source))!;
        string[] managed =
            [$"{Name}.dll", $"{Name}.runtimeconfig.json", $"{Name}.deps.json", "Kiln.Contracts.dll"];
        return File.Exists(Path.Combine(directory, managed[0]))
            ? [source, .. managed.Select(file => Path.Combine(directory, file)).Where(File.Exists)]
            : [source];
    }

    private static string HashOf(string[] files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            hash.AppendData(File.ReadAllBytes(file));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
