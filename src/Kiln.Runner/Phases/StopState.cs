using Kiln.Contracts.Exec;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;

namespace Kiln.Runner.Phases;

/// <summary>The order to stop an attempt, when there is one. The first one counts.</summary>
internal sealed class StopState : IDisposable
{
    public const string Cancelled = "cancelled";
    public const string TimedOut = "timeout";
    public const string Stale = "stale";

    private readonly CancellationTokenSource _source = new();
    private StopOrder? _order;

    /// <summary>Cancelled once the attempt is to be stopped.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The order, if there is one.</summary>
    public StopOrder? Order => Volatile.Read(ref _order);

    /// <summary>True when this order is the first one.</summary>
    public bool TryOrder(StopOrder order)
    {
        if (Interlocked.CompareExchange(ref _order, order, null) is not null)
        {
            return false;
        }
        _source.Cancel();
        return true;
    }

    public void Dispose() => _source.Dispose();

    /// <summary>The order in exec's words.</summary>
    public static ExecCommand.Stop CommandFor(StopOrder order, int graceSeconds) => new(
        order.Cause == TimedOut ? TimedOut : Cancelled,
        order.Cause == Stale ? 0 : graceSeconds * 1000);

    /// <summary>The sentence and words of an attempt that was stopped.</summary>
    public static Journal.Verdict VerdictOf(StopOrder order, int timeoutMinutes, int? exitCode) => order.Cause switch
    {
        TimedOut => new(
            RunStatus.Timeout,
            RunReason.RunTimeout,
            order.Message is { Length: > 0 } said
                ? said
                : $"The run took longer than its limit of {Minutes(timeoutMinutes)} and was stopped.",
            exitCode),
        RunReason.AgentStopped => new(
            RunStatus.Cancelled,
            RunReason.AgentStopped,
            "The agent that ran this was told to stop together with its runs.",
            exitCode),
        RunReason.PodDeleted => new(
            RunStatus.Lost,
            RunReason.PodDeleted,
            "The pod was told to end (it was deleted or evicted, or its node is drained) while the run was under way.",
            exitCode),
        RunReason.Superseded => new(RunStatus.Cancelled, RunReason.Superseded, order.Message, exitCode),
        _ => new(
            RunStatus.Cancelled,
            RunReason.CancelledByUser,
            order.Message is { Length: > 0 } said ? said : "The run was cancelled.",
            exitCode),
    };

    private static string Minutes(int minutes) => minutes == 1 ? "1 minute" : $"{minutes} minutes";
}
