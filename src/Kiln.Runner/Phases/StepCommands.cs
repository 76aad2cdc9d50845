using Kiln.Contracts.Exec;

namespace Kiln.Runner.Phases;

/// <summary>Which of exec's commands are a step's: their ids are its name, or begin with it and a dash.</summary>
internal static class StepCommands
{
    public static bool IsOf(string step, string commandId) =>
        commandId == step || (commandId.StartsWith(step, StringComparison.Ordinal) && commandId[step.Length] == '-');

    /// <summary>Where the log of a step begins, by what exec started of it; <c>null</c> = it started nothing.</summary>
    /// <param name="exec">What exec knows, or left behind.</param>
    /// <param name="step">Name of the step.</param>
    public static long? BeginOf(ExecNotice.State exec, string step) =>
        exec.History.FirstOrDefault(ended => IsOf(step, ended.Id))?.LogStart
        ?? (exec.Running is { } running && IsOf(step, running.Id) ? running.LogStart : null);
}
