using System.Collections.Concurrent;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Runs;
using Kiln.Server.Runs.State;

namespace Kiln.Server.Telemetry;

/// <summary>Measures runs as they go through queue and hosts. Told after a change is stored; never fails its caller.</summary>
public sealed class RunMeasures(KilnMetrics metrics, RunTraces traces, TimeProvider time)
{
    // When this server gave out what has not begun yet, Unix milliseconds.
    private readonly ConcurrentDictionary<(long Run, int Attempt), long> _leased = new();

    /// <summary>A host has got an attempt.</summary>
    /// <param name="key">The lease.</param>
    /// <param name="queuedAt">Unix milliseconds.</param>
    public void Leased(LeaseKey key, long queuedAt)
    {
        var now = Now();
        _leased[(key.RunId, key.Attempt)] = now;
        metrics.QueueWait.Record(Seconds(now - queuedAt));
        metrics.Ramp.Record(Seconds(now - queuedAt), new KeyValuePair<string, object?>("phase", "assigned"));
    }

    /// <summary>An agent took a lease up again that it had before it restarted.</summary>
    public void Adopted() => metrics.Reattaches.Add(1, new KeyValuePair<string, object?>("how", "adopted"));

    /// <summary>Log bytes have come.</summary>
    public void LogTaken(int bytes) => metrics.LogBytes.Add(bytes);

    /// <summary>A lease was taken from its host.</summary>
    public void Lost(string reason) => metrics.LeaseLosses.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>An attempt is another than it was.</summary>
    public void Changed(LeaseKey key, AttemptState before, AttemptState after)
    {
        if (before.IsGivenUp && !after.IsGivenUp)
        {
            metrics.Reattaches.Add(1, new KeyValuePair<string, object?>("how", "returned"));
        }
        if (before.StartedAt == 0 && after.StartedAt > 0 && _leased.TryRemove((key.RunId, key.Attempt), out var leasedAt))
        {
            metrics.Ramp.Record(Seconds(after.StartedAt - leasedAt), new KeyValuePair<string, object?>("phase", "started"));
        }
        for (var i = 0; i < after.Steps.Count; i++)
        {
            StepChanged(after, i < before.Steps.Count ? before.Steps[i] : null, after.Steps[i]);
        }
        if (after.IsFinal && !before.IsFinal)
        {
            Ended(key, after);
        }
    }

    private void StepChanged(AttemptState run, StepState? before, StepState after)
    {
        if (after is { Name: "script", StartedAt: > 0 } && before is null or { StartedAt: 0 })
        {
            metrics.Ramp.Record(Seconds(after.StartedAt - run.StartedAt), new KeyValuePair<string, object?>("phase", "first_line"));
        }
        if (after.EndedAt > 0 && before is null or { EndedAt: 0 } && after.StartedAt > 0)
        {
            metrics.LogLag.Record(Seconds(Now() - after.EndedAt));
            CacheUsed(after);
        }
    }

    private void Ended(LeaseKey key, AttemptState state)
    {
        _leased.TryRemove((key.RunId, key.Attempt), out _);
        if (state.StartedAt > 0)
        {
            metrics.Duration.Record(
                Seconds(state.EndedAt - state.StartedAt),
                new KeyValuePair<string, object?>("status", Words.Of(state.Status)),
                new KeyValuePair<string, object?>("reason", state.Reason));
        }
        traces.Ended(key.RunId, key.Attempt);
    }

    private void CacheUsed(StepState step)
    {
        if (CacheResult(step) is not { } result)
        {
            return;
        }
        var op = step.Name == "cache_restore" ? "restore" : "save";
        (op == "restore" ? metrics.CacheLookups : metrics.CacheSaves).Add(1, new KeyValuePair<string, object?>("result", result));
        if (step.Cache is { Bytes: > 0 } moved)
        {
            metrics.CacheBytes.Add(moved.Bytes, new KeyValuePair<string, object?>("op", op));
            metrics.CacheDuration.Record(Seconds(moved.DurationMs), new KeyValuePair<string, object?>("op", op));
        }
    }

    // A runner's word becomes a label only when it is a known one. An older runner has it in the step's message alone.
    private static string? CacheResult(StepState step) => (step.Name, step.Status, step.Cache?.Result ?? step.Message) switch
    {
        ("cache_restore", StepStatus.Passed, ("hit" or "partial" or "miss" or "failed") and var result) => result,
        ("cache_save", StepStatus.Passed, ("saved" or "unchanged" or "failed") and var result) => result,
        _ => null,
    };

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static double Seconds(long milliseconds) => Math.Max(0, milliseconds) / 1000.0;
}
