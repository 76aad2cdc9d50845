using Kiln.Server.Http;

namespace Kiln.Server.Definitions.Trials;

/// <summary>
/// Tries definitions of a kind: connects and logs in as a build would, and changes nothing. Safe for concurrent use. It may take
/// as long as its token lets it; what is wrong out there is a finding, never an exception.
/// </summary>
internal interface ITrial<in T>
    where T : class
{
    /// <summary>Query parameters that it reads.</summary>
    IReadOnlyList<ApiParameter> Parameters { get; }

    /// <summary>Tries one, its secrets opened.</summary>
    /// <param name="value">The definition.</param>
    /// <param name="given">Every one of <see cref="Parameters"/>, empty when it is not given.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<Finding> TryAsync(T value, IReadOnlyDictionary<string, string> given, CancellationToken cancellationToken);
}
