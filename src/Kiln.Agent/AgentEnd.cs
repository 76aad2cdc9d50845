namespace Kiln.Agent;

/// <summary>Why an agent ended.</summary>
public abstract record AgentEnd
{
    private AgentEnd() { }

    /// <summary>It was told to.</summary>
    public sealed record Stopped : AgentEnd;

    /// <summary>The server does not take it: a token that is unknown or may not do this, or a protocol too old.</summary>
    /// <param name="Message">The server's words.</param>
    public sealed record Refused(string Message) : AgentEnd;
}
