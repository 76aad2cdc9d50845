using Kiln.Contracts.Exec;
using Kiln.Contracts.Protocol;
using Kiln.Runner.Workspaces;

namespace Kiln.Runner.Spawning;

/// <summary>Gives up an attempt that is not ours any more.</summary>
public static class Abandonment
{
    /// <summary>The mark of an attempt's processes: what those that a killed exec left behind are found by.</summary>
    public static string MarkOf(LeaseKey key, string agentId) =>
        $"{key.RunId}-{key.Attempt}-{key.Fence}-{agentId}";

    /// <summary>Ends whatever runs for the attempt and removes its directory. May be repeated.</summary>
    public static async Task EndAsync(RunDirectory directory, string mark, TimeProvider clock)
    {
        await EndProcessesAsync(directory, mark, clock);
        directory.Remove();
    }

    /// <summary>Ends whatever runs for the attempt; its directory stays. May be repeated.</summary>
    internal static async Task EndProcessesAsync(RunDirectory directory, string mark, TimeProvider clock)
    {
        await ExecEnding.EndAsync(await ExecConnection.ConnectAsync(directory.Path, CancellationToken.None), clock);
        Orphans.Kill(mark, directory);
    }
}
