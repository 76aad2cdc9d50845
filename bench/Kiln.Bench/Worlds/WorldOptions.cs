using Kiln.EndToEnd.Harness;

namespace Kiln.Bench.Worlds;

/// <summary>How a world is set up.</summary>
public sealed record WorldOptions
{
    /// <summary>Runs at once on the agent that is a process of its own; 0 = no such agent.</summary>
    public int AgentCapacity { get; init; }

    /// <summary>Runs at once on the agent inside the server; 0 = none.</summary>
    public int EmbeddedCapacity { get; init; }

    /// <summary>Whether the server keeps its data in a PostgreSQL of the world's own instead of SQLite.</summary>
    public bool UsesPostgres { get; init; }

    /// <summary>Whether server (with its database) and agent are on machines whose power can be cut.</summary>
    public bool HasPoweredMachines { get; init; }

    /// <summary>Cluster that builds run in instead of on hosts; <c>null</c> = none.</summary>
    public KubernetesCluster? Cluster { get; init; }

    /// <summary>More options of the server.</summary>
    public IReadOnlyList<string> ServerOptions { get; init; } = [];

    /// <summary>More environment of server and agent.</summary>
    public IReadOnlyList<(string Name, string Value)> Environment { get; init; } = [];
}
