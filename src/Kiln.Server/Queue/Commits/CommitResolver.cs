using System.Collections.Concurrent;
using System.Security.Cryptography;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Server.Runs;

namespace Kiln.Server.Queue.Commits;

/// <summary>
/// Finds the commits of new runs in the background, so that what was planned is what is built. Begins at every start with
/// the runs that wait for it in the store.
/// </summary>
internal sealed partial class CommitResolver(
    UnresolvedRuns runs, RemoteRefs remotes, RunSignals signals, TimeProvider time, ILogger<CommitResolver> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<long, Task> _working = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await BeginAsync(stoppingToken);
                await signals.WaitForCommitsWantedAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                Log.ListFailed(logger, failure);
                await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        foreach (var runId in await runs.ListAsync(cancellationToken))
        {
            _ = _working.GetOrAdd(runId, id => Task.Run(() => WorkAsync(id, cancellationToken), cancellationToken));
        }
    }

    private async Task WorkAsync(long runId, CancellationToken cancellationToken)
    {
        try
        {
            if (await runs.FindAsync(runId, cancellationToken) is { } waiting)
            {
                await ResolveAsync(waiting, cancellationToken);
            }
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Log.ResolveFailed(logger, failure, runId);
            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            _working.TryRemove(runId, out _);
            // A retry may have queued the run again while its first lookup was coming to its end.
            signals.CommitsMayBeWanted();
        }
    }

    private async Task ResolveAsync(UnresolvedRun waiting, CancellationToken cancellationToken)
    {
        var (run, plan) = (waiting.Run, waiting.Run.Plan);
        var questions = new List<(PlannedRepo Repo, Task<RemoteAnswer> Answer)>();
        try
        {
            foreach (var repo in plan.Repos.Where(static repo => repo.NeedsCommits()))
            {
                var remote = RemoteRepo.Of(repo, runs.Login(waiting, repo.Credential));
                questions.Add((repo, remotes.AskAsync(remote, Wanted(repo), cancellationToken)));
            }
        }
        catch (CryptographicException failure)
        {
            await runs.FailedAsync(
                run, RunReason.InternalError, $"A login for its repositories cannot be opened: {failure.Message}", cancellationToken);
            return;
        }

        var commits = new Dictionary<(int Index, string Ref), PlannedRef>();
        foreach (var (repo, question) in questions)
        {
            if (Failure(repo, await question, commits) is { } failure)
            {
                await runs.FailedAsync(run, failure.Reason, failure.Message, cancellationToken);
                return;
            }
        }
        await runs.ResolvedAsync(
            run,
            plan.WithCommits((repo, wanted) => commits[(repo.Index, wanted.Ref)] with { Label = wanted.Label }),
            cancellationToken);
    }

    private static RemoteAnswer.Failed? Failure(
        PlannedRepo repo, RemoteAnswer answer, Dictionary<(int Index, string Ref), PlannedRef> commits)
    {
        if (answer is not RemoteAnswer.Refs refs)
        {
            return (RemoteAnswer.Failed)answer;
        }
        foreach (var wanted in Wanted(repo))
        {
            if (refs.Find(wanted) is not { } found)
            {
                return new(RunReason.RefNotFound, $"{RemoteRepo.Describe(repo)} has no {Spoken(wanted)}.");
            }
            commits[(repo.Index, wanted)] = found;
        }
        return null;
    }

    private static IEnumerable<string> Wanted(PlannedRepo repo) => repo.Merges
        .Prepend(repo.Base)
        .Where(static wanted => wanted.Commit is null)
        .Select(static wanted => wanted.Ref);

    private static string Spoken(string reference) =>
        reference.StartsWith("refs/heads/", StringComparison.Ordinal) ? $"branch {reference["refs/heads/".Length..]}"
        : reference.StartsWith("refs/tags/", StringComparison.Ordinal) ? $"tag {reference["refs/tags/".Length..]}"
        : reference.StartsWith("refs/changes/", StringComparison.Ordinal) ? $"change {reference.Split('/')[^2]}"
        : $"ref {reference}";

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Runs that wait for commits cannot be listed; it is tried again.")]
        public static partial void ListFailed(ILogger logger, Exception exception);

        [LoggerMessage(Level = LogLevel.Error, Message = "The commits of run {RunId} could not be looked up; it is tried again.")]
        public static partial void ResolveFailed(ILogger logger, Exception exception, long runId);
    }
}
