namespace Kiln.Contracts.Catalogue;

/// <summary>A token as it is stored: only its hash.</summary>
/// <param name="Kind"><c>admin</c>, <c>user</c> or <c>agent</c>.</param>
/// <param name="Sha256">Lower-case hexadecimal SHA-256 of the token.</param>
/// <param name="Description">What it is for.</param>
public sealed record StoredToken(string Kind, string Sha256, string Description);

/// <summary>A token in a list.</summary>
public sealed record TokenView(string Name, string Kind, string Description, string CreatedBy, long CreateTime);

/// <summary>A page of tokens.</summary>
public sealed record TokenList(long Total, IReadOnlyList<TokenView> Tokens);

/// <summary>Answer to the creation of a token.</summary>
/// <param name="Token">The token itself; shown this one time.</param>
public sealed record TokenCreated(string Name, string Kind, string Token);
