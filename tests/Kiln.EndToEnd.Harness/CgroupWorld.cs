using System.Diagnostics;

namespace Kiln.EndToEnd.Harness;

/// <summary>Which cgroups a program finds mounted. The kernel's own stay as they are; only the program's view of them differs.</summary>
public sealed record CgroupWorld
{
    /// <summary>The one hierarchy of today's machines.</summary>
    public static readonly CgroupWorld Version2 = new("version 2", "mount -t cgroup2 kiln-test /sys/fs/cgroup");

    /// <summary>A hierarchy for each controller.</summary>
    public static readonly CgroupWorld Version1 = new(
        "version 1", "mount -t tmpfs kiln-test /sys/fs/cgroup; mkdir $F; mount -t cgroup -o freezer kiln-test $F");

    /// <summary>None, as in a container that is given none.</summary>
    public static readonly CgroupWorld None = new("no cgroups", "");

    private CgroupWorld(string name, string mounting) => (Name, Mounting) = (name, mounting);

    /// <summary>For people.</summary>
    public string Name { get; }

    private string Mounting { get; }

    /// <summary>Why this user cannot make one here; <c>null</c> = nothing is in the way.</summary>
    public string? Obstacle()
    {
        using var process = Process.Start(new ProcessStartInfo("unshare", Arguments("true", []))
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : $"{Name}: {errors}";
    }

    /// <summary>Starts a program in it. Its process is the program's own.</summary>
    public RunningProgram Start(string file, IEnumerable<string> arguments, string workingDirectory) =>
        RunningProgram.Start("unshare", Arguments(file, arguments), workingDirectory);

    public override string ToString() => Name;

    private string[] Arguments(string file, IEnumerable<string> arguments) =>
        Mounts.OwnTo($"F=/sys/fs/cgroup/freezer; umount -R /sys/fs/cgroup; {Mounting}", [], file, arguments);
}
