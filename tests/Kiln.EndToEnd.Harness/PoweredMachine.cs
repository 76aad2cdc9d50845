namespace Kiln.EndToEnd.Harness;

/// <summary>
/// A machine whose power can be cut, as far as the programs on it can tell: its disks lose what was not synced, and it comes back with
/// another boot id. Processor, memory and network are this machine's, and nobody else's power is touched.
/// </summary>
public sealed class PoweredMachine : IDisposable
{
    // Of what is written to it in a test, many times as much; only what is used takes room.
    private const int DiskMegabytes = 4096;

    private readonly Scratch _scratch;
    private readonly string _name;
    private readonly List<PowerDisk> _disks = [];
    private readonly List<int> _dead = [];

    private PoweredMachine(Scratch scratch, string name)
    {
        (_scratch, _name) = (scratch, name);
        BeginBoot();
    }

    private string BootFile => _scratch[$"{_name}.boot"];

    /// <summary>Makes one without disks.</summary>
    /// <param name="scratch">Where its disks are kept.</param>
    /// <param name="name">Tells it from others there.</param>
    public static PoweredMachine On(Scratch scratch, string name) => new(scratch, name);

    /// <summary>Why this user cannot have one here; <c>null</c> = nothing is in the way.</summary>
    public static string? Obstacle()
    {
        using var scratch = new Scratch();
        using var disk = PowerDisk.Mount(scratch["try"], scratch["try.disk"], megabytes: 16);
        return disk is null ? "a disk whose power can be cut takes root, mkfs.ext4 and a loop device" : null;
    }

    /// <summary>Gives it a disk.</summary>
    /// <param name="path">Where it is mounted; made when it is not there.</param>
    /// <exception cref="InvalidOperationException">There can be none, see <see cref="Obstacle"/>.</exception>
    public PowerDisk Mount(string path)
    {
        var disk = PowerDisk.Mount(path, _scratch[$"{_name}-{_disks.Count}.disk"], DiskMegabytes)
            ?? throw new InvalidOperationException($"There is no power to cut: {Obstacle()}.");
        _disks.Add(disk);
        return disk;
    }

    /// <summary>How a program is started on it: it sees this machine's boot and none of another's disks, or they could not be mounted anew.</summary>
    /// <param name="file">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="other">The other machine there is; <c>null</c> = none.</param>
    public (string File, string[] Arguments) Command(string file, IEnumerable<string> arguments, PoweredMachine? other)
    {
        var foreign = other is null ? "" : string.Join(' ', other._disks.Select(static disk => disk.Path));
        // A disk that has no power itself is not mounted.
        const string setUp = "for disk in $1; do umount -l \"$disk\" 2>/dev/null || :; done; mount --bind \"$2\" /proc/sys/kernel/random/boot_id";
        return ("unshare", Mounts.OwnTo(setUp, [foreign, BootFile], file, arguments));
    }

    /// <summary>Directories of its disks.</summary>
    public IEnumerable<string> Paths => _disks.Select(static disk => disk.Path);

    /// <summary>Cuts its power. Its processes are frozen first, so that none finds out that its disk takes no more, and gone behind it.</summary>
    /// <param name="frozen">Told between the two, when nothing changes any more.</param>
    public void Cut(Action frozen)
    {
        var stopped = new HashSet<int>();
        for (var living = Living(); living.Count > 0; living = Living())
        {
            living.ForEach(Signal.Freeze);
            stopped.UnionWith(living);
        }
        frozen();
        _disks.ForEach(static disk => disk.Cut());
        foreach (var pid in stopped)
        {
            Signal.Crash(pid);
        }
        _dead.AddRange(stopped);

        List<int> Living() => [.. ProcessTable.All()
            .Where(process => !stopped.Contains(process.Pid) && _disks.Exists(disk => process.BelongsTo(disk.Path)))
            .Select(static process => process.Pid)];
    }

    /// <summary>Gives it power again. Its programs are still to be started.</summary>
    public async Task RestoreAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        BeginBoot();
        // A database that is started asks for the process that its lock file names: on a machine that was off it is nobody's.
        while (_dead.Exists(static pid => Directory.Exists($"/proc/{pid}")))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellationToken);
        }
        _dead.Clear();
        foreach (var disk in _disks)
        {
            await disk.RestoreAsync(time, cancellationToken);
        }
    }

    public void Dispose() => _disks.ForEach(static disk => disk.Dispose());

    private void BeginBoot() => File.WriteAllText(BootFile, $"{Guid.NewGuid()}\n");
}
