using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Server.Runs.State;

namespace Kiln.Server.Runs;

/// <summary>A run with one of its attempts, as stored.</summary>
public sealed record RunRecord
{
    public required long RunId { get; init; }

    /// <summary>The attempt in <see cref="State"/>.</summary>
    public required int Attempt { get; init; }

    /// <summary>The run's last attempt.</summary>
    public required int LastAttempt { get; init; }

    public required RunPlan Plan { get; init; }
    public required IReadOnlyList<RunParameterView> Parameters { get; init; }
    public required string CreatedBy { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>Name of the host that has or had it; empty = none yet.</summary>
    public required string Host { get; init; }

    public required AttemptState State { get; init; }

    /// <summary>Waits in the queue: no host has it, nothing has ended it.</summary>
    public bool IsWaiting => State.Status == RunStatus.Queued && Host.Length == 0;
}

/// <summary>One of a run's attempts, as stored.</summary>
public sealed record AttemptRecord(int Attempt, string Host, AttemptState State);
