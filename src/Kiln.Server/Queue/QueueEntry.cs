namespace Kiln.Server.Queue;

/// <summary>An attempt that goes into the queue.</summary>
/// <param name="RunId">Run.</param>
/// <param name="Attempt">Attempt.</param>
/// <param name="ProjectKey">Projects share hosts fairly.</param>
/// <param name="Priority">Higher goes first.</param>
/// <param name="IsReady">False while its commits are looked up.</param>
/// <param name="QueuedAt">Unix milliseconds.</param>
/// <param name="Fence">Fence of the run's last lease; the next one is greater.</param>
/// <param name="Needs">What a host must offer, see <see cref="Queue.Needs"/>.</param>
public sealed record QueueEntry(
    long RunId,
    int Attempt,
    string ProjectKey,
    int Priority,
    bool IsReady,
    long QueuedAt,
    long Fence,
    IReadOnlyList<string> Needs);
