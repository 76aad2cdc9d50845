using Kiln.Server.Logs;
using Kiln.Server.Runs.State;
using Kiln.Server.Settings;
using Kiln.Server.Storage;

namespace Kiln.Server.Runs;

/// <summary>
/// Looks after the logs of ended attempts: packs them, and lets the oldest go when they have been kept long enough or take
/// more room than they may. One server does it for all on a database.
/// </summary>
public sealed partial class LogKeeping(
    Database database, LogStore logs, KilnOptions options, TimeProvider time, ILogger<LogKeeping> logger)
    : PeriodicDuty(database, time, "logs", Period)
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>How long a log is left alone after its end: whoever followed the run may still be reading.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    private const int BatchSize = 64;

    protected override async Task DoAsync(CancellationToken cancellationToken)
    {
        await PackAsync(cancellationToken);
        await LetGoAsync(cancellationToken);
    }

    protected override void Failed(Exception failure) => Log.LookFailed(logger, failure);

    private async Task PackAsync(CancellationToken cancellationToken)
    {
        var endedBefore = Now() - (long)Rest.TotalMilliseconds;
        while (true)
        {
            var written = await Database.ReadAsync(
                session => KeptLogSql.WrittenAsync(session, endedBefore, BatchSize), cancellationToken);
            foreach (var log in written)
            {
                await PackAsync(log.Key, cancellationToken);
            }
            if (written.Count < BatchSize)
            {
                return;
            }
        }
    }

    private async Task PackAsync(LogKey key, CancellationToken cancellationToken)
    {
        var run = await Database.ReadAsync(session => RunSql.GetAsync(session, key.RunId, key.Attempt), cancellationToken);
        // A log whose runner has not said a last word may still grow.
        var isWhole = run?.State.LogLength is not null;
        var (form, stored) = isWhole && await TryPackAsync(key, cancellationToken) is { } size
            ? ("packed", size)
            : ("unfinished", await logs.LengthAsync(key, cancellationToken));
        await Database.WriteAsync(session => KeptLogSql.SetAsync(session, key, form, stored), cancellationToken);
    }

    // One log with a gap in it is left as it is and does not hold up the others.
    private async Task<long?> TryPackAsync(LogKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await logs.PackAsync(key, cancellationToken);
        }
        catch (InvalidDataException damaged)
        {
            Log.NotPacked(logger, damaged, key.RunId, key.Attempt);
            return null;
        }
    }

    private async Task LetGoAsync(CancellationToken cancellationToken)
    {
        if (options.LogKeep is { } keep)
        {
            var before = Now() - (long)keep.TotalMilliseconds;
            while (await OldestAsync(before, cancellationToken) is { Count: > 0 } old)
            {
                foreach (var log in old)
                {
                    await RemoveAsync(
                        log.Key, $"Logs are kept for {Durations.Spoken(keep)}; this one was removed.", cancellationToken);
                }
            }
        }
        if (options.LogLimit is { } limit)
        {
            var surplus = await Database.ReadAsync(KeptLogSql.StoredAsync, cancellationToken) - limit;
            while (surplus > 0 && await OldestAsync(long.MaxValue, cancellationToken) is { Count: > 0 } old)
            {
                foreach (var log in old.TakeWhile(_ => surplus > 0))
                {
                    surplus -= log.Stored;
                    await RemoveAsync(
                        log.Key,
                        $"All logs together may take {Sizes.Spoken(limit)}; this one was among the oldest and was removed.",
                        cancellationToken);
                }
            }
        }
    }

    private Task<List<KeptLog>> OldestAsync(long endedBefore, CancellationToken cancellationToken) =>
        Database.ReadAsync(session => KeptLogSql.OldestAsync(session, endedBefore, BatchSize), cancellationToken);

    // The bytes first: cut off in between, it is done again.
    private async Task RemoveAsync(LogKey key, string notice, CancellationToken cancellationToken)
    {
        await logs.RemoveAsync(key, cancellationToken);
        await Database.WriteAsync(
            async session =>
            {
                if (await RunSql.GetAsync(session, key.RunId, key.Attempt) is { } run)
                {
                    var without = RunReducer.Apply(run.State, new RunFact.LogRemoved(notice), Now());
                    await RunSql.SaveAsync(session, key.RunId, key.Attempt, run.State, without);
                }
                return await KeptLogSql.RemoveAsync(session, key);
            },
            cancellationToken);
        Log.Removed(logger, key.RunId, key.Attempt);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The log of run {RunId}, attempt {Attempt}, was removed: see log_keep and log_limit.")]
        public static partial void Removed(ILogger logger, long runId, int attempt);

        [LoggerMessage(Level = LogLevel.Error, Message = "The log of run {RunId}, attempt {Attempt}, is not packed.")]
        public static partial void NotPacked(ILogger logger, Exception exception, long runId, int attempt);

        [LoggerMessage(Level = LogLevel.Error, Message = "Looking after the logs of ended runs failed; it is tried again.")]
        public static partial void LookFailed(ILogger logger, Exception exception);
    }
}
