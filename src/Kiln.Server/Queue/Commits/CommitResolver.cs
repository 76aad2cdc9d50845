using System.Collections.Concurrent;
using System.Security.Cryptography;
using Kiln.Contracts.Runs;
using Kiln.Server.Runs;

namespace Kiln.Server.Queue.Commits;

/// <summary>
/// Finds the commits of new runs in the background, so that what was planned is what is built. Begins at every start with
/// the runs that wait for it in the store.
/// </summary>
internal sealed partial class CommitResolver(
    UnresolvedRuns runs, CommitLookup commits, RunSignals signals, TimeProvider time, ILogger<CommitResolver> logger)
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
        var run = waiting.Run;
        try
        {
            var found = await commits.FindAsync(run.Plan, waiting.SealedSecrets, cancellationToken);
            if (found.Failures is [var failure, ..])
            {
                await runs.FailedAsync(run, failure.Reason, failure.Message, cancellationToken);
                return;
            }
            await runs.ResolvedAsync(run, found.Plan, cancellationToken);
        }
        catch (CryptographicException failure)
        {
            await runs.FailedAsync(
                run, RunReason.InternalError, $"A login for its repositories cannot be opened: {failure.Message}", cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Runs that wait for commits cannot be listed; it is tried again.")]
        public static partial void ListFailed(ILogger logger, Exception exception);

        [LoggerMessage(Level = LogLevel.Error, Message = "The commits of run {RunId} could not be looked up; it is tried again.")]
        public static partial void ResolveFailed(ILogger logger, Exception exception, long runId);
    }
}
