using Kiln.Server.Runs.State;

namespace Kiln.Server.Runs;

/// <summary>The bytes of a log that belong to one step, or to all.</summary>
/// <param name="From">First byte.</param>
/// <param name="To">Behind the last byte; <c>null</c> = it still grows.</param>
internal sealed record StepBytes(long From, long? To)
{
    /// <summary>Those of a step by its name, of the whole log without one; <c>null</c> = the run has no such step.</summary>
    public static StepBytes? Of(RunRecord run, string step)
    {
        if (step.Length == 0)
        {
            return new StepBytes(0, run.State.LogLength);
        }
        foreach (var candidate in run.State.Steps)
        {
            if (candidate.Name == step)
            {
                return Of(candidate);
            }
        }
        return null;
    }

    private static StepBytes Of(StepState step) => step.EndedAt > 0
        ? new StepBytes(step.LogStart, Math.Max(step.LogStart, step.LogEnd))
        : step.StartedAt > 0
            ? new StepBytes(step.LogStart, null)
            : new StepBytes(0, 0);
}
