namespace Kiln.Agent.Pods;

/// <summary>How the work of a pod's container <c>kiln</c> ended.</summary>
internal abstract record PodEnd
{
    private PodEnd() { }

    /// <summary>The server has the run's end, or has given the run to another: nothing is left to do here.</summary>
    public sealed record Done : PodEnd;

    /// <summary>The server does not take the pod's token.</summary>
    /// <param name="Message">The server's words.</param>
    public sealed record Refused(string Message) : PodEnd;

    /// <param name="Message">What is missing.</param>
    public sealed record CannotStart(string Message) : PodEnd;
}
