using Kiln.Contracts.Runs;

namespace Kiln.Runner.Steps;

/// <summary>How a step ended.</summary>
internal abstract record StepResult
{
    private StepResult() { }

    /// <param name="Message">What is worth saying although it passed; empty = nothing.</param>
    /// <param name="Cache">What it did with a cache; <c>null</c> = nothing.</param>
    public sealed record Passed(string Message = "", CacheUse? Cache = null) : StepResult;

    /// <summary>It failed: the run's own fault, or its surroundings'.</summary>
    /// <param name="Reason">One of <see cref="RunReason"/>.</param>
    /// <param name="Message">One sentence.</param>
    public sealed record Failed(string Reason, string Message) : StepResult;

    /// <summary>The place it ran in was taken away: that says nothing about it.</summary>
    /// <param name="Reason">One of <see cref="RunReason"/>.</param>
    /// <param name="Message">One sentence.</param>
    public sealed record Lost(string Reason, string Message) : StepResult;

    /// <summary>It was stopped; why is known to <see cref="Phases.StopState"/>.</summary>
    public sealed record Stopped : StepResult;

    /// <summary>Exec died under it.</summary>
    public sealed record ExecDied : StepResult;

    /// <summary>The lease is no longer ours.</summary>
    public sealed record Stale : StepResult;
}
