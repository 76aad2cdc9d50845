using System.Globalization;
using System.Text.Json;
using Kiln.Contracts.Exec;
using Kiln.Contracts.Protocol;
using Kiln.Runner.Kept;

namespace Kiln.Runner.Workspaces;

/// <summary>
/// The directory of one attempt on a host, mode 0700. It holds the lease's name (never its token or spec), exec's and
/// the runner's journals, the spooled log, the workspace and a temporary directory; all of it goes at the end.
/// </summary>
public sealed class RunDirectory(string path)
{
    private const UnixFileMode OwnerOnly =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The directory, absolute.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>Where scripts run; a pod has a volume for it.</summary>
    public string Workspace { get => field ??= Linked ?? At("workspace"); init; }

    /// <summary>Where a workspace that can be kept lies, with what is kept beside it; <c>null</c> = the workspace goes with the attempt.</summary>
    internal KeptHome? Home => Linked is { } workspace ? new KeptHome(System.IO.Path.GetDirectoryName(workspace)!) : null;

    /// <summary>Where what scripts are given lies: the run directory, or what a room shares with it.</summary>
    public string Shared { get => field ?? Path; init; }

    /// <summary><c>TMPDIR</c> of Kiln's own commands.</summary>
    public string Temp => At("tmp");

    /// <summary><c>TMPDIR</c> of scripts.</summary>
    public string ScriptTemp => System.IO.Path.Combine(Shared, "tmp");

    /// <summary>Where a cache is unpacked: beside what it is moved into, since a move does not cross file systems.</summary>
    public string Restoring => System.IO.Path.Combine(Shared == Path ? Temp : Workspace, ".kiln-restore");

    public string Spool => At(ExecProtocol.SpoolFile);

    public string EventJournal => At("runner.journal");

    /// <summary>When the attempt began, by the clock that only runs forward.</summary>
    public string Stopwatch => At("began");

    /// <summary>Directory of <c>DOCKER_CONFIG</c> for Kiln's own commands.</summary>
    public string DockerConfig => At("docker");

    /// <summary>Directory of <c>DOCKER_CONFIG</c> for scripts.</summary>
    public string ScriptDockerConfig => System.IO.Path.Combine(Shared, "docker");

    /// <summary>How many of the cluster's notices are in the log.</summary>
    public int NoticesSaid
    {
        get => File.Exists(NoticesFile) && int.TryParse(File.ReadAllText(NoticesFile), CultureInfo.InvariantCulture, out var said) ? said : 0;
        set => File.WriteAllText(NoticesFile, value.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Configuration of Kiln's own git commands.</summary>
    public string GitConfig => At("gitconfig");

    /// <summary>Name of the cache entry that belongs to what was checked out.</summary>
    public string CacheKey => At("cache-key");

    /// <summary>What the attempt goes on from.</summary>
    public string Continued => At("continued.json");

    private string? Linked => new DirectoryInfo(At("workspace")).LinkTarget;

    private string LeaseFile => At("lease.json");

    private string NoticesFile => At("notices");

    /// <summary>The directory for a lease below <paramref name="root"/>.</summary>
    public static RunDirectory Of(string root, LeaseKey key) =>
        new(System.IO.Path.Combine(root, $"{key.RunId}-{key.Attempt}-{key.Fence}"));

    /// <summary>Makes the directory; nothing changes when it is there already.</summary>
    /// <param name="key">Whose it is.</param>
    /// <param name="workspace">Where the workspace lies; <c>null</c> = in the directory.</param>
    public void Create(LeaseKey key, string? workspace = null)
    {
        CreateOwn(Path);
        if (workspace is not null && !Directory.Exists(At("workspace")) && Linked is null)
        {
            Directory.CreateSymbolicLink(At("workspace"), workspace);
        }
        foreach (var own in (string[])[.. Home is { } home ? [home.Path] : (string[])[], Workspace, Temp, ScriptTemp])
        {
            CreateOwn(own);
        }
        if (!File.Exists(LeaseFile))
        {
            File.WriteAllBytes(
                LeaseFile,
                JsonSerializer.SerializeToUtf8Bytes(new LeaseNote(key.RunId, key.Attempt, key.Fence, MachineBoot.Id), LeaseNoteJson.Default.LeaseNote));
        }
    }

    /// <summary>SSH host keys for a repository.</summary>
    public string KnownHosts(int repo) => At($"known_hosts-{repo}");

    /// <summary>File of a parameter whose value is one.</summary>
    public string ParameterFile(string name) => System.IO.Path.Combine(Shared, "parameters", name);

    /// <summary>Script that installs a package.</summary>
    public string InstallScript(int index) => At($"install-{index}.sh");

    /// <summary>Certificates that are trusted for a repository.</summary>
    public string Certificates(int repo) => At($"certificates-{repo}.pem");

    /// <summary>
    /// Whose directory it is; <c>null</c> when it was not finished being made, so that nothing ran in it, or when the machine lost its
    /// power, so that nothing runs in it any more.
    /// </summary>
    public LeaseNote? ReadLease()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(LeaseFile), LeaseNoteJson.Default.LeaseNote);
        }
        catch (Exception unreadable) when (unreadable is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Removes everything but a workspace that is kept. The run's processes must be gone.</summary>
    public void Remove()
    {
        if (Home is { IsAnAttempts: true } home)
        {
            TreeRemoval.Remove(home.Path);
        }
        TreeRemoval.Remove(Path);
    }

    private static void CreateOwn(string directory)
    {
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory, OwnerOnly);
        }
    }

    private string At(string name) => System.IO.Path.Combine(Path, name);
}
