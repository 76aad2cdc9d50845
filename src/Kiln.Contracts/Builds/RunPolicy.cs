namespace Kiln.Contracts.Builds;

/// <summary>How runs of a build share the queue; an addition of Kiln, see docs/api.md.</summary>
/// <param name="MaxRunning">Runs of the build at once; 0 = as many as find a place.</param>
/// <param name="CancelOlder">A new run cancels older ones of the same service and the same branches, tags and pull requests.</param>
/// <param name="Retries">How often a run that was lost through no fault of its own is tried again by itself; 0 to 5.</param>
/// <param name="KeepWorkspaceMinutes">How long a host keeps the workspace of a run that failed, so that it can be run again from the
/// failed step; 0 = not at all.</param>
public sealed record RunPolicy(int MaxRunning = 0, bool CancelOlder = false, int Retries = 0, int KeepWorkspaceMinutes = 0)
{
    /// <summary>Most <see cref="KeepWorkspaceMinutes"/>: a week.</summary>
    public const int MostKeepMinutes = 7 * 24 * 60;

    /// <summary>Most <see cref="Retries"/>.</summary>
    public const int MostRetries = 5;

    /// <summary>Most <see cref="MaxRunning"/>.</summary>
    public const int MostRunning = 10_000;
}
