using System.Diagnostics.Metrics;

namespace Kiln.Server.Telemetry;

/// <summary>
/// Everything that Kiln measures, by the names of docs/operating.md. Values carry no names of projects, builds or people:
/// whoever may read any project may read them.
/// </summary>
public sealed class KilnMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Kiln";

    private static readonly InstrumentAdvice<double> Short = Buckets(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300);
    private static readonly InstrumentAdvice<double> Long = Buckets(0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400);

    public KilnMetrics(IMeterFactory meters)
    {
        Meter = meters.Create(MeterName);
        QueueWait = Meter.CreateHistogram(
            "kiln.queue.wait", "s", "From being queued to being given to a host.", tags: null, Long);
        Ramp = Meter.CreateHistogram(
            "kiln.run.ramp", "s", "How long a run took to get going, by phase: assigned (queued to host), started (host to first phase), "
            + "first_line (first phase to script).", tags: null, Short);
        Duration = Meter.CreateHistogram(
            "kiln.run.duration", "s", "From the first phase of a run to its end, by status and reason.", tags: null, Long);
        LogBytes = Meter.CreateCounter<long>("kiln.log.bytes", "By", "Log bytes taken from runners.");
        LogLag = Meter.CreateHistogram(
            "kiln.log.lag", "s", "From the end of a step to its whole log being stored.", tags: null, Short);
        CacheLookups = Meter.CreateCounter<long>("kiln.cache.lookups", "{lookup}", "Caches asked for, by result: hit, partial, miss, failed.");
        CacheSaves = Meter.CreateCounter<long>("kiln.cache.saves", "{save}", "Caches to be kept, by result: saved, unchanged, failed.");
        CacheBytes = Meter.CreateCounter<long>("kiln.cache.bytes", "By", "Bytes of cache archives, by op: restore, save.");
        CacheDuration = Meter.CreateHistogram(
            "kiln.cache.duration", "s", "How long a cache that moved took, by op: restore, save.", tags: null, Long);
        LeaseLosses = Meter.CreateCounter<long>("kiln.lease.losses", "{lease}", "Runs taken from their host, by reason.");
        PodsSwept = Meter.CreateCounter<long>(
            "kiln.pods.swept", "{run}", "Runs whose objects were found in a cluster when nobody wanted them any more, and removed.");
        ClusterRequests = Meter.CreateCounter<long>(
            "kiln.cluster.requests", "{request}", "Requests to API servers of clusters, by verb and resource.");
        Reattaches = Meter.CreateCounter<long>(
            "kiln.run.reattaches", "{run}", "Runs found again, by how: adopted (an agent restarted), returned (given up, and its host came back).");
    }

    /// <summary>Where gauges are added by whoever knows their values.</summary>
    public Meter Meter { get; }

    public Histogram<double> QueueWait { get; }

    public Histogram<double> Ramp { get; }

    public Histogram<double> Duration { get; }

    public Counter<long> LogBytes { get; }

    public Histogram<double> LogLag { get; }

    public Counter<long> CacheLookups { get; }

    public Counter<long> CacheSaves { get; }

    public Counter<long> CacheBytes { get; }

    public Histogram<double> CacheDuration { get; }

    public Counter<long> LeaseLosses { get; }

    public Counter<long> PodsSwept { get; }

    public Counter<long> ClusterRequests { get; }

    public Counter<long> Reattaches { get; }

    private static InstrumentAdvice<double> Buckets(params double[] bounds) => new() { HistogramBucketBoundaries = bounds };
}
