using Kiln.Contracts.Plans;

namespace Kiln.Contracts.Runs;

/// <summary>
/// All a runner needs for one attempt: the plan with its commits resolved, and the secrets. Made at lease time, sent
/// once over the wire, never stored on either side.
/// </summary>
public sealed record RunSpec
{
    public required long RunId { get; init; }

    /// <summary>From 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>The attempt in whose kept workspace this one goes on from the failed step; 0 = it begins from the beginning.</summary>
    public int ContinuesAttempt { get; init; }

    public required RunPlan Plan { get; init; }

    /// <summary>Values behind the plan's secret references. Every value is masked in log and outputs.</summary>
    public required IReadOnlyDictionary<string, string> Secrets { get; init; }

    /// <summary>Seconds between TERM and KILL when the run is cancelled or times out.</summary>
    public required int GraceSeconds { get; init; }
}
