using Kiln.Contracts.Runs;
using Kiln.Server.Bodies;

namespace Kiln.Server.Builds;

/// <summary>How a request to run a build ended. A closed family.</summary>
public abstract record RunStart
{
    private RunStart() { }

    /// <summary>The run is stored and waits; or an earlier call with the same key made it, and this is how it stands.</summary>
    public sealed record Accepted(long RunId, RunStatus Status) : RunStart;

    /// <summary>It cannot run; nothing was stored.</summary>
    public sealed record Rejected(Violations Violations) : RunStart;

    /// <summary>There is no such build.</summary>
    /// <param name="Sentence">Which there are.</param>
    public sealed record MissingBuild(string Sentence) : RunStart;

    /// <summary>Too many runs wait; nothing was stored.</summary>
    /// <param name="Most">How many may.</param>
    public sealed record QueueFull(int Most) : RunStart;

    /// <summary>The key came with another request before; nothing was stored.</summary>
    /// <param name="RunId">The run it made.</param>
    public sealed record KeyReused(long RunId) : RunStart;
}
