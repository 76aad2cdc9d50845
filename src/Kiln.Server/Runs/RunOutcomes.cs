using Kiln.Contracts.Runs;

namespace Kiln.Server.Runs;

/// <summary>How the creation of a run ended.</summary>
public abstract record RunCreation
{
    private RunCreation() { }

    /// <summary>It is stored and waits.</summary>
    public sealed record Created(long RunId, RunStatus Status) : RunCreation;

    /// <summary>The same request was made before: this is its run, as it stands now.</summary>
    public sealed record Repeated(long RunId, RunStatus Status) : RunCreation;

    /// <summary>The idempotency key came with another request before; nothing was stored.</summary>
    public sealed record KeyReused(long RunId) : RunCreation;
}

/// <summary>How an order about a run (cancel, retry) ended.</summary>
public abstract record RunOrder
{
    private RunOrder() { }

    /// <summary>Done, or on its way to the host.</summary>
    /// <param name="RunId">The run.</param>
    /// <param name="Status">How it stands now.</param>
    /// <param name="Attempt">Its attempt now.</param>
    /// <param name="AgentId">Whose agent is to be told; empty = nobody's.</param>
    public sealed record Accepted(long RunId, RunStatus Status, int Attempt, string AgentId) : RunOrder;

    /// <summary>There is no such run.</summary>
    public sealed record Missing : RunOrder;

    /// <summary>The run stands where the order means nothing.</summary>
    public sealed record Refused(string Message) : RunOrder;
}
