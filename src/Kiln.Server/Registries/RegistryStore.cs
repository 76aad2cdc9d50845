using Kiln.Contracts.Catalogue;
using Kiln.Server.Definitions;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Registries;

/// <summary>Image registries; the name is address and namespace.</summary>
public sealed class RegistryStore(DocumentStore documents)
    : DefinitionStore<Registry>(documents, "registry", CatalogueJson.Readable.Registry)
{
    /// <summary>Takes the default away from all but <paramref name="kept"/>.</summary>
    public async Task KeepOneDefaultAsync(Stored<Registry> kept, string by, CancellationToken cancellationToken)
    {
        foreach (var other in await AllAsync("", cancellationToken))
        {
            if (other.Id != kept.Id && other.Value.IsDefault)
            {
                await ReplaceAsync(other, other.Value with { IsDefault = false }, by, cancellationToken);
            }
        }
    }
}
