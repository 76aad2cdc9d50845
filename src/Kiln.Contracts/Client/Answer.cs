namespace Kiln.Contracts.Client;

/// <summary>What came of a call to the API. A closed family: a refusal and a dead network are expected outcomes.</summary>
/// <typeparam name="T">What a successful call answers.</typeparam>
public abstract record Answer<T>
{
    private Answer() { }

    /// <summary>The call succeeded.</summary>
    public sealed record Ok(T Value) : Answer<T>;

    /// <summary>The server understood and said no.</summary>
    /// <param name="Status">HTTP status.</param>
    /// <param name="Description">The server's sentence, which names every violation.</param>
    public sealed record Refused(int Status, string Description) : Answer<T>;

    /// <summary>No answer came, or none that Kiln gives.</summary>
    /// <param name="Message">A sentence why.</param>
    public sealed record Unreachable(string Message) : Answer<T>;
}
