namespace Kiln.Agent;

/// <summary>How an agent is set up.</summary>
public sealed record AgentOptions
{
    /// <summary>Directory that holds the agent's id, its copies of kiln-exec and the run directories. One agent only.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Name of the host, for people.</summary>
    public required string Name { get; init; }

    /// <summary>Labels that builds may ask for.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Runs at once, 1 or more.</summary>
    public required int Capacity { get; init; }

    /// <summary>True: stopping the agent stops its runs. False: they go on, and the next agent in the same data
    /// directory adopts them.</summary>
    public required bool StopsRuns { get; init; }
}
