using Kiln.Contracts.Protocol;

namespace Kiln.Agent.Polling;

/// <summary>
/// The server as an agent sees it: over HTTP, or around the agent inside a server. Every call may be repeated. Expected
/// trouble is an outcome, not an exception.
/// </summary>
public interface IAgentServer
{
    /// <summary>Holds one poll.</summary>
    /// <param name="poll">What the agent is and holds.</param>
    /// <param name="patience">After this much silence the server is as good as away.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<AgentCall<PollReply>> PollAsync(PollRequest poll, TimeSpan patience, CancellationToken cancellationToken);

    /// <summary>Asks again for the lease of a run directory that is to be adopted.</summary>
    Task<AgentCall<Lease>> SpecAsync(LeaseKey key, CancellationToken cancellationToken);

    /// <summary>Where the runner of a lease reports.</summary>
    IRunServer ServerOf(Lease lease);
}

/// <summary>What came of a call of an agent.</summary>
public abstract record AgentCall<T>
{
    private AgentCall() { }

    public sealed record Answered(T Reply) : AgentCall<T>;

    /// <summary>The lease is another's.</summary>
    public sealed record Stale : AgentCall<T>;

    /// <summary>The server does not take our token, or not our protocol.</summary>
    public sealed record Refused(string Message) : AgentCall<T>;

    /// <summary>Nobody answered sensibly: try again.</summary>
    public sealed record Unreachable(string Message) : AgentCall<T>;
}
