namespace Kiln.Contracts.Catalogue;

/// <summary>A variable that every build of a project, or of all projects, finds in its environment.</summary>
public sealed record Variable
{
    /// <summary>Name in the environment.</summary>
    public required string Key { get; init; }

    /// <summary>Sealed at rest and masked in answers when it is a credential.</summary>
    public required string Value { get; init; }

    /// <summary>True: masked everywhere.</summary>
    public required bool IsCredential { get; init; }

    public required string Description { get; init; }
}
