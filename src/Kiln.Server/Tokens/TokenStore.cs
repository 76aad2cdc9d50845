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
            index.Add(Convert.FromHexString(stored.Value.Sha256), CallerOf(stored));
        }
    }

    /// <summary>Who calls with a stored token.</summary>
    public static Caller CallerOf(Stored<StoredToken> stored) => new(stored.Name, stored.Value.Kind switch
    {
        "admin" => Role.Admin,
        "user" => Role.User,
        _ => Role.Agent,
    });
}
