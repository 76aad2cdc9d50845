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
    public sealed record Refused(int Status, string Description) : Answer<T>
    {
        /// <summary>Every violation by itself; empty when the description says it all.</summary>
        public IReadOnlyList<Violation> Errors { get; init; } = [];
    }

    /// <summary>No answer came, or none that Kiln gives.</summary>
    /// <param name="Message">A sentence why.</param>
    public sealed record Unreachable(string Message) : Answer<T>;

    /// <summary>A failed call as the failure of another: <see cref="Ok"/> is turned by <paramref name="map"/>.</summary>
    public Answer<TOther> Map<TOther>(Func<T, TOther> map) => this switch
    {
        Ok ok => new Answer<TOther>.Ok(map(ok.Value)),
        Refused refused => new Answer<TOther>.Refused(refused.Status, refused.Description) { Errors = refused.Errors },
        Unreachable unreachable => new Answer<TOther>.Unreachable(unreachable.Message),
        _ => throw new InvalidOperationException("A kind of answer is missing here."),
    };
}

/// <summary>What is wrong with one field of a request.</summary>
/// <param name="Field">Path in the body, or the name of a query parameter; empty = all of it.</param>
/// <param name="Message">A sentence.</param>
/// <param name="About">The definition that is missing or forbids it; <c>null</c> when the request alone is wrong.</param>
public sealed record Violation(string Field, string Message, ViolationSubject? About = null);

/// <summary>A definition that a violation would go away with, were it there or other than it is.</summary>
/// <param name="Kind">As <see cref="DefinitionKind.What"/>, in any case.</param>
/// <param name="Name">Its name; empty = the one that the request itself names.</param>
public sealed record ViolationSubject(string Kind, string Name);
