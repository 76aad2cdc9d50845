using System.Text.Json.Serialization;

namespace Kiln.Contracts.Catalogue;

/// <summary>A token as it is stored: what it may do, and its hash.</summary>
public sealed record StoredToken
{
    public required string Name { get; init; }

    /// <summary><c>admin</c>, <c>user</c> or <c>agent</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What it is for.</summary>
    public required string Description { get; init; }

    /// <summary>Roles in projects, of a <c>user</c>; empty = <c>editor</c> in all of them.</summary>
    public IReadOnlyList<TokenGrant> Grants { get => field ?? []; init; } = [];

    /// <summary>What it may do at most, whatever its roles say: <c>read</c>, <c>run</c>, <c>edit</c>, <c>own</c>; empty = no limit.</summary>
    public IReadOnlyList<string> Verbs { get => field ?? []; init; } = [];

    /// <summary>Unix seconds from which on it is refused; 0 = never.</summary>
    public long ExpiresTime { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of the token; never in an answer.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The token itself, while it is being made; never stored.</summary>
    [JsonIgnore]
    public string? Clear { get; init; }
}

/// <summary>A role in a project.</summary>
/// <param name="ProjectKey">Project; <c>*</c> = all of them.</param>
/// <param name="Role"><c>owner</c>, <c>editor</c>, <c>runner</c> or <c>viewer</c>.</param>
public sealed record TokenGrant(string ProjectKey, string Role);
