using Kiln.Server.Logs;
using Kiln.Server.Runs;
using Kiln.Server.Runs.State;
using Kiln.Server.Settings;
using Kiln.Server.Storage;

namespace Kiln.Server.Artifacts;

/// <summary>Lets the artifacts of old runs go, where a setting says so. One server does it for all on a database.</summary>
public sealed partial class ArtifactKeeping(
    Database database, ArtifactStore artifacts, KilnOptions options, TimeProvider time, ILogger<ArtifactKeeping> logger)
    : PeriodicDuty(database, time, "artifacts", Period)
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private const int BatchSize = 64;

    protected override bool IsWanted => options.ArtifactKeep is not null;

    protected override async Task DoAsync(CancellationToken cancellationToken)
    {
        var keep = options.ArtifactKeep.GetValueOrDefault();
        var before = Now() - (long)keep.TotalMilliseconds;
        while (await Database.ReadAsync(
            session => KeptArtifactSql.OldAsync(session, before, BatchSize), cancellationToken) is { Count: > 0 } old)
        {
            foreach (var attempt in old)
            {
                await RemoveAsync(
                    attempt, $"Artifacts are kept for {Durations.Spoken(keep)}; those of this run were removed.", cancellationToken);
            }
        }
    }

    protected override void Failed(Exception failure) => Log.LookFailed(logger, failure);

    // The contents first: cut off in between, it is done again.
    private async Task RemoveAsync(LogKey attempt, string notice, CancellationToken cancellationToken)
    {
        await artifacts.RemoveAsync(attempt, cancellationToken);
        await Database.WriteAsync(
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

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The artifacts of run {RunId}, attempt {Attempt}, were removed: see artifact_keep.")]
        public static partial void Removed(ILogger logger, long runId, int attempt);

        [LoggerMessage(Level = LogLevel.Error, Message = "Looking after the artifacts of old runs failed; it is tried again.")]
        public static partial void LookFailed(ILogger logger, Exception exception);
    }
}
