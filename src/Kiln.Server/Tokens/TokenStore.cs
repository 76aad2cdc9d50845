using Kiln.Contracts.Catalogue;
using Kiln.Server.Definitions;
using Kiln.Server.Identity;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Tokens;

/// <summary>Tokens that were made through the API: their hashes, never themselves.</summary>
public sealed class TokenStore(DocumentStore documents)
    : DefinitionStore<StoredToken>(documents, "token", CatalogueJson.Readable.StoredToken)
{
    /// <summary>Makes every stored token valid; at the server's start.</summary>
    public async Task LoadAsync(TokenIndex index, CancellationToken cancellationToken)
    {
        foreach (var stored in await AllAsync("", cancellationToken))
        {
            index.Add(Convert.FromHexString(stored.Value.Sha256), CallerOf(stored.Value));
        }
    }

    /// <summary>Who calls with a stored token.</summary>
    public static Caller CallerOf(StoredToken token) => new(token.Name, TokenWords.Kind(token.Kind))
    {
        Grants = token.Grants.Count == 0
            ? Caller.EditorEverywhere
            : token.Grants.ToDictionary(grant => grant.ProjectKey, grant => TokenWords.Role(grant.Role), StringComparer.Ordinal),
        Most = TokenWords.Most(token.Verbs),
        Expires = token.ExpiresTime == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(token.ExpiresTime),
    };

    // A project cannot go while a token has a role in it: one that is made later under its key would inherit the role.
    protected override IEnumerable<string> References(StoredToken value) => value.Grants
        .Where(grant => grant.ProjectKey != Caller.EveryProject)
        .Select(grant => DocumentReference.To(KnownProjects.Kind, grant.ProjectKey));
}
