using Kiln.Contracts.Protocol;

namespace Kiln.Agent.Pods;

/// <summary>What a pod's container <c>kiln</c> is told by its manifest.</summary>
internal sealed record PodOptions
{
    public required Uri Server { get; init; }
    public required LeaseKey Lease { get; init; }

    /// <summary>Token of that lease.</summary>
    public required string Token { get; init; }

    /// <summary>Name of the pod.</summary>
    public required string Pod { get; init; }

    /// <summary>Name of its node; may be empty.</summary>
    public required string Node { get; init; }

    /// <summary>What both containers see: exec, scripts, packages.</summary>
    public required string Shared { get; init; }

    /// <summary>What only this container sees: journals, the log's spool.</summary>
    public required string Private { get; init; }

    /// <summary>Where scripts run, in both containers.</summary>
    public required string Workspace { get; init; }
}
