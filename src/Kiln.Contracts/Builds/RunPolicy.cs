namespace Kiln.Contracts.Builds;

/// <summary>How runs of a build share the queue; an addition of Kiln, see docs/api.md.</summary>
/// <param name="MaxRunning">Runs of the build at once; 0 = as many as find a place.</param>
/// <param name="CancelOlder">A new run cancels older ones of the same service and the same branches, tags and pull requests.</param>
/// <param name="Retries">How often a run that was lost through no fault of its own is tried again by itself; 0 to 5.</param>
public sealed record RunPolicy(int MaxRunning = 0, bool CancelOlder = false, int Retries = 0)
{
    /// <summary>Most <see cref="Retries"/>.</summary>
    public const int MostRetries = 5;

    /// <summary>Most <see cref="MaxRunning"/>.</summary>
    public const int MostRunning = 10_000;
}
