using Kiln.Contracts.Protocol;
using Kiln.Server.Runs.State;

namespace Kiln.Server.Queue;

/// <summary>An attempt with its lease, as calls of runners meet it.</summary>
/// <param name="Key">The attempt's last lease; fence 0 = never leased.</param>
/// <param name="IsLast">False when the run has a newer attempt.</param>
/// <param name="AgentId">Whose lease it is or was.</param>
/// <param name="Lease">Its place in the queue; <c>null</c> once it has ended or was given up.</param>
/// <param name="State">What is known of it.</param>
internal sealed record AttemptRow(LeaseKey Key, bool IsLast, string AgentId, ActiveLease? Lease, AttemptState State)
{
    /// <summary>Whether <paramref name="key"/> may still speak for the attempt.</summary>
    public bool Accepts(LeaseKey key) => IsLast && Key.Fence == key.Fence && Key.Fence > 0;

    /// <summary>Over for good.</summary>
    public bool IsEnded => State.IsFinal && !State.IsGivenUp;
}
