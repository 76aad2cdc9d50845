using Kiln.Buckets;

namespace Kiln.Server.Artifacts;

/// <summary>Asks the object storage of artifacts once when the server starts, so that a wrong setting is not found by the first run. What
/// is out of reach now may be back by then, so the server starts all the same.</summary>
internal sealed partial class ArtifactBucketTrial(ArtifactBucket bucket, ILogger<ArtifactBucketTrial> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await bucket.TryAsync(stoppingToken);
        }
        catch (BucketException trouble)
        {
            Log.Troubled(logger, trouble.Message);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Artifacts cannot be kept now: {Trouble} See the setting artifacts.")]
        public static partial void Troubled(ILogger logger, string trouble);
    }
}
