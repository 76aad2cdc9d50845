namespace Kiln.Server.Kubernetes.Driving;

/// <summary>What came of making a run's objects in a cluster. A closed family.</summary>
internal abstract record Making
{
    private Making() { }

    /// <summary>They are there, made now or before.</summary>
    /// <param name="IsOwned">All but the Job are the Job's now and go with it; else some have to be looked for at the end.</param>
    public sealed record Made(bool IsOwned) : Making;

    /// <summary>Not now; later may do.</summary>
    /// <param name="Reason">A word of <see cref="Contracts.Runs.RunReason"/>.</param>
    /// <param name="Message">Why, with the API server's words, as a sentence.</param>
    public sealed record Later(string Reason, string Message) : Making;

    /// <summary>Never, as it is: a person has to do something.</summary>
    /// <param name="Message">Why, with the API server's words, as a sentence.</param>
    public sealed record Refused(string Message) : Making;
}
