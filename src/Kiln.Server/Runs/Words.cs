using Kiln.Contracts.Runs;

namespace Kiln.Server.Runs;

/// <summary>Words of statuses, as API and store write them.</summary>
public static class Words
{
    private static readonly string[] Statuses =
        ["queued", "prepare", "running", "passed", "failed", "timeout", "cancelled", "lost"];

    /// <summary>All of them, in the order of <see cref="RunStatus"/>.</summary>
    public static IReadOnlyList<string> All => Statuses;

    /// <summary>The word of a status.</summary>
    public static string Of(RunStatus status) => Statuses[(int)status];

    /// <summary>The status of a word.</summary>
    public static RunStatus Status(string word) => (RunStatus)Array.IndexOf(Statuses, word);
}
