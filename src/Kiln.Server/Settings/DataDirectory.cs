namespace Kiln.Server.Settings;

/// <summary>
/// The one directory that holds everything a server keeps. Opened by one server at a time; directories 0700, files 0600.
/// </summary>
public sealed class DataDirectory : IDisposable
{
    private const UnixFileMode OwnerDirectory = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly FileStream _lock;

    private DataDirectory(string root, FileStream @lock)
    {
        Root = root;
        _lock = @lock;
    }

    /// <summary>Absolute path.</summary>
    public string Root { get; }

    /// <summary>The SQLite database.</summary>
    public string DatabaseFile => Path.Combine(Root, "kiln.db");

    /// <summary>Log chunks.</summary>
    public string Logs => Path.Combine(Root, "logs");

    /// <summary>Artifacts of runs.</summary>
    public string Artifacts => Path.Combine(Root, "artifacts");

    /// <summary>Data directory of the embedded agent.</summary>
    public string Agent => Path.Combine(Root, "agent");

    /// <summary>Git repositories of the demo.</summary>
    public string DemoGit => Path.Combine(Root, "demo", "git");

    /// <summary>The admin token, when it is not given by a setting.</summary>
    public string AdminTokenFile => Path.Combine(Root, "admin-token");

    /// <summary>The master key, when it is not given by a setting.</summary>
    public string MasterKeyFile => Path.Combine(Root, "master.key");

    /// <summary>Opens the directory, making it when it is not there.</summary>
    /// <exception cref="DataDirectoryException">Another server has it, or it cannot be written; the message is for the user.</exception>
    public static DataDirectory Open(string root)
    {
        try
        {
            Directory.CreateDirectory(root, OwnerDirectory);
            return new DataDirectory(root, OpenFile(Path.Combine(root, "lock"), FileMode.OpenOrCreate));
        }
        catch (IOException) when (Directory.Exists(root))
        {
            throw new DataDirectoryException(
                $"Another kiln-server is using the data directory {root}. Stop it, or choose another with --data.");
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

    /// <summary>Reads a one-line file, or makes it (0600) with the text that <paramref name="make"/> gives.</summary>
    public string ReadOrMake(string path, Func<string> make)
    {
        if (File.Exists(path))
        {
            return File.ReadAllText(path).Trim();
        }
        var text = make();
        // Written aside and renamed: a crash must not leave half a key.
        var aside = $"{path}.new";
        File.Delete(aside);
        using (var writer = new StreamWriter(OpenFile(aside, FileMode.CreateNew)))
        {
            writer.Write(text);
            writer.Write('\n');
        }
        File.Move(aside, path);
        return text;
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream OpenFile(string path, FileMode mode) => new(path, new FileStreamOptions
    {
        Mode = mode,
        Access = FileAccess.ReadWrite,
        Share = FileShare.None,
        UnixCreateMode = OwnerFile,
    });
}

/// <summary>The data directory cannot be used; the message tells the user what to do.</summary>
public sealed class DataDirectoryException(string message) : Exception(message);
