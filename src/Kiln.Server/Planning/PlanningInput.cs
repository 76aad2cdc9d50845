using Kiln.Contracts.Builds;
using Kiln.Contracts.Runs;

namespace Kiln.Server.Planning;

/// <summary>Everything a plan is made from.</summary>
public sealed record PlanningInput
{
    /// <summary>The build, its credentials in clear.</summary>
    public required BuildDefinition Build { get; init; }

    /// <summary>Revision of <see cref="Build"/>.</summary>
    public required int Revision { get; init; }

    public required Catalogue Catalogue { get; init; }
    public required RunRequest Request { get; init; }
    public required long RunId { get; init; }

    /// <summary>Server's local time: it is part of image tags and package names.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Page of this run, for people.</summary>
    public required string RunUrl { get; init; }

    /// <summary>Image of the container that drives a pod; it may need a login, too. Empty = not known.</summary>
    public string AgentImage { get; init; } = "";

    /// <summary>W3C trace context of the call that starts the run; empty = none.</summary>
    public string TraceParent { get; init; } = "";
}
