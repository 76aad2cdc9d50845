using System.Text;
using Kiln.Disk;

namespace Kiln.Server.Settings;

/// <summary>
/// The one directory that holds everything a server keeps: directories 0700, files 0600. Open, it is this server's alone; the
/// kernel lets go of it when the process ends, however it ends.
/// </summary>
public sealed class DataDirectory : IDisposable
{
    private const UnixFileMode OwnerDirectory = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string LockName = "kiln.lock";
    private const string DatabaseName = "kiln.db";
    private const int WouldBlock = 11; // EWOULDBLOCK of flock(2), which .NET gives on as it is.

    private readonly FileStream _lock;

    private DataDirectory(string root, string? artifacts, FileStream @lock) =>
        (Root, Artifacts, _lock) = (root, artifacts ?? Path.Combine(root, "artifacts"), @lock);

    /// <summary>Absolute path.</summary>
    public string Root { get; }

    /// <summary>A shell takes the path for several words where a script does not quote it.</summary>
    public bool SplitsUnquotedWords => Root.Any(char.IsWhiteSpace);

    /// <summary>The SQLite database.</summary>
    public string DatabaseFile => Path.Combine(Root, DatabaseName);

    /// <summary>Log chunks.</summary>
    public string Logs => Path.Combine(Root, "logs");

    /// <summary>Artifacts of runs; elsewhere when several servers share them.</summary>
    public string Artifacts { get; }

    /// <summary>Data directory of the embedded agent.</summary>
    public string Agent => Path.Combine(Root, "agent");

    /// <summary>Git repositories of the demo.</summary>
    public string DemoGit => Path.Combine(Root, "demo", "git");

    /// <summary>The admin token, when it is not given by a setting.</summary>
    public string AdminTokenFile => Path.Combine(Root, "admin-token");

    /// <summary>Where the server listens, or listened last: how <c>kiln</c> finds a server of this machine.</summary>
    public string AddressFile => Path.Combine(Root, "address");

    /// <summary>The master key, when it is not given by a setting.</summary>
    public string MasterKeyFile => Path.Combine(Root, "master.key");

    /// <summary>Held by the server that has the directory.</summary>
    public string LockFile => Path.Combine(Root, LockName);

    /// <summary>There while a restore is not finished.</summary>
    public string UnfinishedRestoreFile => Path.Combine(Root, "restore.unfinished");

    /// <summary>Refuses half a backup.</summary>
    /// <exception cref="DataDirectoryException">A restore into it was cut off; the message is for the user.</exception>
    public void RequireWhole()
    {
        if (File.Exists(UnfinishedRestoreFile))
        {
            throw new DataDirectoryException(
                $"A restore into the data directory {Root} was cut off. Empty it and restore again: kiln restore FILE --data {Root}.");
        }
    }

    /// <summary>Opens the directory for this process alone, making it when it is not there.</summary>
    /// <exception cref="DataDirectoryException">
    /// It cannot be written, or another server has it; the message is for the user.
    /// </exception>
    public static DataDirectory Open(string root, string? artifacts = null)
    {
        try
        {
            Directory.CreateDirectory(root, OwnerDirectory);
            // Made by hand or by an older umask it may be open to others.
            File.SetUnixFileMode(root, OwnerDirectory);
            return new DataDirectory(root, artifacts, Claim(root));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new DataDirectoryException($"The data directory {root} cannot be used: {refused.Message}");
        }
    }

    /// <summary>Makes a directory below the root (0700) and returns its path.</summary>
    public static string Ensure(string path)
    {
        Directory.CreateDirectory(path, OwnerDirectory);
        return path;
    }

    /// <summary>Reads a one-line file, or makes it (0600, durable) with the text that <paramref name="make"/> gives.</summary>
    public string ReadOrMake(string path, Func<string> make)
    {
        if (File.Exists(path))
        {
            return File.ReadAllText(path).Trim();
        }
        var text = make();
        DurableFile.Write(path, Encoding.UTF8.GetBytes($"{text}\n"));
        return text;
    }

    /// <summary>Gives the directory back.</summary>
    public void Dispose() => _lock.Dispose();

    private static FileStream Claim(string root)
    {
        try
        {
            return OpenFile(Path.Combine(root, LockName), FileMode.OpenOrCreate, FileShare.None);
        }
        catch (IOException taken) when (taken.HResult == WouldBlock)
        {
            throw new DataDirectoryException(
                $"The data directory {root} is used by another Kiln server. Stop that one, or choose another with --data.");
        }
    }

    private static FileStream OpenFile(string path, FileMode mode, FileShare share) => new(path, new FileStreamOptions
    {
        Mode = mode,
        Access = FileAccess.ReadWrite,
        Share = share,
        UnixCreateMode = OwnerFile,
    });
}

/// <summary>The data directory cannot be used; the message tells the user what to do.</summary>
public sealed class DataDirectoryException(string message) : Exception(message);
