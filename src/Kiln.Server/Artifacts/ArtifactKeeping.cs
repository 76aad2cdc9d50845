using Kiln.Server.Logs;
using Kiln.Server.Runs;
using Kiln.Server.Runs.State;
using Kiln.Server.Settings;
using Kiln.Server.Storage;

namespace Kiln.Server.Artifacts;

/// <summary>Lets the artifacts of old runs go, where a setting says so. One server does it for all on a database.</summary>
public sealed partial class ArtifactKeeping(
    Database database, ArtifactStore artifacts, KilnOptions options, TimeProvider time, ILogger<ArtifactKeeping> logger)
    : BackgroundService
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private const string Duty = "artifacts";
    private const int BatchSize = 64;

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Looks once.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        if (options.ArtifactKeep is not { } keep)
        {
            return;
        }
        using var turn = await StandStillAsync(cancellationToken);
        if (!await database.HoldAsync(Duty, cancellationToken))
        {
            return;
        }
        var before = Now() - (long)keep.TotalMilliseconds;
        while (await database.ReadAsync(
            session => KeptArtifactSql.OldAsync(session, before, BatchSize), cancellationToken) is { Count: > 0 } old)
        {
            foreach (var attempt in old)
            {
                await RemoveAsync(
                    attempt, $"Artifacts are kept for {Durations.Spoken(keep)}; those of this run were removed.", cancellationToken);
            }
        }
    }

    /// <summary>Removes nothing until the result is disposed.</summary>
    public async Task<IDisposable> StandStillAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        return new Still(_turn);
    }

    public override void Dispose()
    {
        base.Dispose();
        _turn.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(stoppingToken);
                await LookAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // A disk that refuses now is no reason never to look again.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                Log.LookFailed(logger, failure);
            }
        }
    }

    // The contents first: cut off in between, it is done again.
    private async Task RemoveAsync(LogKey attempt, string notice, CancellationToken cancellationToken)
    {
        artifacts.Remove(attempt);
        await database.WriteAsync(
            async session =>
            {
                if (await RunSql.GetAsync(session, attempt.RunId, attempt.Attempt) is { } run)
                {
                    var without = RunReducer.Apply(run.State, new RunFact.ArtifactsRemoved(notice), Now());
                    await RunSql.SaveAsync(session, attempt.RunId, attempt.Attempt, run.State, without);
                }
                return await KeptArtifactSql.RemoveAsync(session, attempt);
            },
            cancellationToken);
        Log.Removed(logger, attempt.RunId, attempt.Attempt);
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed class Still(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The artifacts of run {RunId}, attempt {Attempt}, were removed: see artifact_keep.")]
        public static partial void Removed(ILogger logger, long runId, int attempt);

        [LoggerMessage(Level = LogLevel.Error, Message = "Looking after the artifacts of old runs failed; it is tried again.")]
        public static partial void LookFailed(ILogger logger, Exception exception);
    }
}
