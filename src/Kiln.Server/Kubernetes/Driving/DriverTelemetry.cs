using Kiln.Contracts.Protocol;
using Kiln.Server.Queue;
using Kiln.Server.Telemetry;

namespace Kiln.Server.Kubernetes.Driving;

/// <summary>What drivers tell of themselves, and their clocks.</summary>
public sealed partial class DriverTelemetry(KilnMetrics metrics, TimeProvider time, WallClock clock, ILogger<DriverTelemetry> logger)
{
    public TimeProvider Time => time;

    public WallClock Clock => clock;

    public ILogger Logger => logger;

    /// <summary>A cluster is asked for something.</summary>
    internal void Asks(string verb, string resource) =>
        metrics.ClusterRequests.Add(1, new KeyValuePair<string, object?>("verb", verb), new("resource", resource));

    /// <summary>What a lease had left in a cluster has been removed.</summary>
    internal void Swept(string cluster, LeaseKey key)
    {
        metrics.PodsSwept.Add(1);
        Log.Swept(logger, cluster, key.RunId, key.Attempt, key.Fence);
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "Cluster {Cluster} still had objects of run {RunId}, attempt {Attempt}, fence {Fence}, which nobody wants any more; they are removed.")]
        public static partial void Swept(ILogger logger, string cluster, long runId, int attempt, long fence);
    }
}
