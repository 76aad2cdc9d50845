using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Kiln.Contracts;
using Kiln.Contracts.Plans;
using Kiln.Disk;
using Kiln.Runner.Workspaces;

namespace Kiln.Runner.Packages;

/// <summary>
/// The packages of a host, installed once and shared by its runs. One agent writes it. Every attempt to install has a
/// directory of its own, in which what is installed stays (programs know their paths), and a file that is exchanged in
/// one step says which of them is whole: so an attempt that is killed or goes on under another agent harms nobody.
/// </summary>
/// <param name="directory">Of the packages.</param>
/// <param name="http">For their files.</param>
/// <param name="clock">For pauses.</param>
/// <param name="files">Where their files are kept; <c>null</c> = with the packages.</param>
public sealed class PackageStore(string directory, HttpClient http, TimeProvider clock, string? files = null)
{
    private const string ReadyFile = "ready";

    private readonly string _installed = Path.Combine(Path.GetFullPath(directory), "installed");
    private readonly KeyedLock _locks = new();

    internal PackageFiles Files { get; } = new(files ?? Path.Combine(Path.GetFullPath(directory), "files"), http, clock);

    /// <summary>Waits until nobody else of this agent installs the package.</summary>
    internal Task<IDisposable> EnterAsync(PlannedPackage package, CancellationToken cancellationToken) =>
        _locks.EnterAsync(KeyOf(package), cancellationToken);

    /// <summary>The package if the host has it; what is asked for includes how it is installed.</summary>
    internal InstalledPackage? Find(PlannedPackage package)
    {
        var place = PlaceOf(package);
        return ReadyAttempt(place) is { } attempt && Path.Combine(place, attempt) is var whole && Directory.Exists(whole)
            ? new InstalledPackage(package, whole)
            : null;
    }

    /// <summary>The directory for an attempt to install.</summary>
    /// <param name="package">What.</param>
    /// <param name="attempt">Names the attempt, the same when it is adopted.</param>
    internal InstalledPackage Begin(PlannedPackage package, string attempt)
    {
        var place = Path.Combine(PlaceOf(package), attempt);
        Directory.CreateDirectory(place);
        return new InstalledPackage(package, place);
    }

    /// <summary>Makes a whole installation the one that runs get.</summary>
    internal static void Publish(InstalledPackage installed)
    {
        var place = Path.GetDirectoryName(installed.Directory)!;
        var attempt = Path.GetFileName(installed.Directory);
        // Before it is called whole: programs that a power cut emptied would stay installed for good.
        DurableFile.SyncAll(installed.Directory);
        DurableFile.Write(Path.Combine(place, ReadyFile), Encoding.UTF8.GetBytes(attempt));
    }

    /// <summary>Removes an attempt that did not succeed.</summary>
    internal static void Discard(InstalledPackage installed) => TreeRemoval.Remove(installed.Directory);

    /// <summary>Removes attempts that nobody goes on with. Before the first run.</summary>
    /// <param name="isHeld">Whether an attempt of this name is still to be adopted.</param>
    public void Sweep(Predicate<string> isHeld)
    {
        if (!Directory.Exists(_installed))
        {
            return;
        }
        foreach (var place in Directory.EnumerateDirectories(_installed))
        {
            var ready = ReadyAttempt(place);
            foreach (var attempt in new DirectoryInfo(place).EnumerateDirectories())
            {
                if (attempt.Name != ready && !isHeld(attempt.Name))
                {
                    TreeRemoval.Remove(attempt.FullName);
                }
            }
        }
    }

    private static string? ReadyAttempt(string place)
    {
        var file = Path.Combine(place, ReadyFile);
        return File.Exists(file) ? File.ReadAllText(file) : null;
    }

    private string PlaceOf(PlannedPackage package) => Path.Combine(_installed, KeyOf(package));

    // The whole definition is in the key: a package that is installed otherwise is another one.
    private static string KeyOf(PlannedPackage package)
    {
        var hash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(package, KilnJson.Default.PlannedPackage));
        var name = string.Concat($"{package.Name}-{package.Version}".Select(static letter =>
            char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' ? letter : '_'));
        return $"{name[..Math.Min(name.Length, 100)].TrimStart('.')}-{Convert.ToHexStringLower(hash)[..12]}";
    }
}
