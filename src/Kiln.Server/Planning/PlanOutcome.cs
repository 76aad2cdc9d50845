using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Server.Bodies;

namespace Kiln.Server.Planning;

/// <summary>What became of a request for a run. A closed family.</summary>
public abstract record PlanOutcome
{
    private PlanOutcome() { }

    /// <summary>It can run.</summary>
    /// <param name="Plan">What will happen.</param>
    /// <param name="Secrets">Values behind the plan's references.</param>
    /// <param name="Parameters">Parameters as they are used, credentials masked.</param>
    public sealed record Planned(
        RunPlan Plan,
        PlannedSecrets Secrets,
        IReadOnlyList<RunParameterView> Parameters) : PlanOutcome;

    /// <summary>It cannot.</summary>
    /// <param name="Violations">Everything that stands against it.</param>
    public sealed record Rejected(Violations Violations) : PlanOutcome;
}

/// <summary>Secrets of a plan by reference.</summary>
/// <param name="Clear">In clear, to be sealed before they are stored.</param>
/// <param name="Sealed">Sealed already.</param>
public sealed record PlannedSecrets(
    IReadOnlyDictionary<string, string> Clear,
    IReadOnlyDictionary<string, string> Sealed);
