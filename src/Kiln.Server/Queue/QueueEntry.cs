using Kiln.Contracts.Plans;
using Kiln.Server.Runs;
using Kiln.Server.Runs.State;

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
/// <param name="BuildName">Build.</param>
/// <param name="BuildLimit">Runs of the build at once; 0 = any number.</param>
/// <param name="ProjectLimit">Runs of the project at once; 0 = any number.</param>
/// <param name="Line">A newer run of the same build and line replaces this one; empty = none does.</param>
public sealed record QueueEntry(
    long RunId,
    int Attempt,
    string ProjectKey,
    int Priority,
    bool IsReady,
    long QueuedAt,
    long Fence,
    IReadOnlyList<string> Needs,
    string BuildName,
    int BuildLimit,
    int ProjectLimit,
    string Line)
{
    /// <summary>The entry of an attempt.</summary>
    public static QueueEntry Of(
        long runId, int attempt, RunPlan plan, int priority, long queuedAt, long fence, ContinuedAttempt? continues = null) => new(
        runId, attempt, plan.ProjectKey, priority, IsReady: !plan.NeedsCommits(), queuedAt, fence, Queue.Needs.Of(plan, continues),
        plan.BuildName, plan.Policy.MaxRunning, plan.ProjectMaxRunning, LineOf(plan));

    private static string LineOf(RunPlan plan) => !plan.Policy.CancelOlder
        ? ""
        : string.Join('\n',
        [
            $"{plan.ServiceName}/{plan.ServiceModule}",
            .. plan.Repos.Select(repo => $"{repo.CodeHost} {repo.Namespace}/{repo.Name} {repo.Branch} {repo.Tag} {string.Join(',', repo.PullRequests)}"),
        ]);
}
