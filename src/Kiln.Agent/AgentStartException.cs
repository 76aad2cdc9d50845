namespace Kiln.Agent;

/// <summary>An agent cannot start; the message tells its operator what to do.</summary>
public sealed class AgentStartException : Exception
{
    public AgentStartException(string message)
        : base(message) { }

    public AgentStartException(string message, Exception cause)
        : base(message, cause) { }

    public AgentStartException() { }
}
