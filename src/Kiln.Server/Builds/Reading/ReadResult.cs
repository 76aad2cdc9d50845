using Kiln.Contracts.Builds;
using Kiln.Server.Bodies;

namespace Kiln.Server.Builds.Reading;

/// <summary>What became of a body. A closed family.</summary>
public abstract record ReadResult
{
    private ReadResult() { }

    /// <summary>It holds: the definition with every default filled in, its credentials in clear.</summary>
    /// <param name="Definition">The definition.</param>
    public sealed record Valid(BuildDefinition Definition) : ReadResult;

    /// <summary>It does not; nothing of it may be stored.</summary>
    /// <param name="Violations">Everything that is wrong.</param>
    public sealed record Invalid(Violations Violations) : ReadResult;
}
