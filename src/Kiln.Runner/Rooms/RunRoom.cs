using System.Text;
using Kiln.Contracts.Exec;
using Kiln.Contracts.Protocol;
using Kiln.Runner.Workspaces;

namespace Kiln.Runner.Rooms;

/// <summary>
/// Where the scripts of a run run when that is not beside its runner: the container <c>build</c> of a pod, see
/// <see cref="RoomProtocol"/>. It may come up long after the runner, and be taken away at any moment.
/// </summary>
/// <param name="directory">The directory that both see, absolute.</param>
/// <param name="clock">For waiting.</param>
public sealed class RunRoom(string directory, TimeProvider clock)
{
    /// <summary>How long the cluster may take to tell why a room has gone.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private const int LongestEnvironment = 4 << 20;

    // The shell's own, and what only the room's exec is told.
    private static readonly string[] NotTheImages = ["PWD", "OLDPWD", "SHLVL", "_", RoomProtocol.BashVariable];

    private readonly TaskCompletionSource<PodTrouble> _trouble = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The directory that both see.</summary>
    public string Directory { get; } = Path.GetFullPath(directory);

    /// <summary>What the cluster says about the room's end, once it does.</summary>
    internal Task<PodTrouble> Trouble => _trouble.Task;

    /// <summary>Takes what the cluster says. The first word counts.</summary>
    public void Tell(PodTrouble trouble) => _trouble.TrySetResult(trouble);

    /// <summary>What the cluster says about the room's end, for which it is given a moment; <c>null</c> = nothing.</summary>
    internal async Task<PodTrouble?> ToldSoonAsync()
    {
        try
        {
            return await Trouble.WaitAsync(Patience, clock);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>Waits until the room is there, and gives the environment that its image has.</summary>
    internal async Task<IReadOnlyDictionary<string, string>> OpenAsync(CancellationToken cancellationToken)
    {
        var socket = Path.Combine(Directory, RoomProtocol.SocketFile);
        var isThere = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look()
        {
            if (File.Exists(socket))
            {
                isThere.TrySetResult();
            }
        }
        using var watcher = new FileSystemWatcher(Directory);
        watcher.Created += (_, _) => Look();
        watcher.Renamed += (_, _) => Look();
        watcher.EnableRaisingEvents = true;
        Look();
        // Sandboxed runtimes tell one container nothing of what another does to a volume.
        await using var looking = clock.CreateTimer(_ => Look(), null, LookEvery, LookEvery);
        await isThere.Task.WaitAsync(cancellationToken);
        return ReadEnvironment();
    }

    private Dictionary<string, string> ReadEnvironment()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        if (WorkspaceFile.Open(Directory, RoomProtocol.EnvironmentFile) is WorkspaceFile.Opened opened)
        {
            using var file = opened.Handle;
            var bytes = new byte[Math.Min(RandomAccess.GetLength(file), LongestEnvironment)];
            var length = RandomAccess.Read(file, bytes, 0);
            foreach (var entry in Encoding.UTF8.GetString(bytes, 0, length).Split('\0'))
            {
                if (entry.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals && !NotTheImages.Contains(entry[..equals]))
                {
                    variables[entry[..equals]] = entry[(equals + 1)..];
                }
            }
        }
        variables.TryAdd("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        variables.TryAdd("HOME", "/root");
        return variables;
    }
}
