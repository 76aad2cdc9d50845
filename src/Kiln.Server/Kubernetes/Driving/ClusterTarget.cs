using Kiln.Contracts.Catalogue;
using Kiln.Server.Kubernetes.Connections;

namespace Kiln.Server.Kubernetes.Driving;

/// <summary>A cluster that is driven, as the catalogue has it now.</summary>
internal sealed record ClusterTarget
{
    public required long Id { get; init; }
    public required string Name { get; init; }

    /// <summary>Grows with every change of the definition: then it is driven anew.</summary>
    public required int Revision { get; init; }

    public required ClusterConnection Connection { get; init; }

    /// <summary>Where its pods go.</summary>
    public required string Namespace { get; init; }

    public required IReadOnlyList<SchedulingStrategy> Strategies { get; init; }
    public required ClusterCache Cache { get; init; }
}
