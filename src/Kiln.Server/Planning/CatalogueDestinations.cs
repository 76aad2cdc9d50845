using Kiln.Server.ObjectStorages;
using Kiln.Server.Registries;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Planning;

/// <summary>Where goes what builds make: reads those slices for <see cref="CatalogueLoader"/>.</summary>
public sealed class CatalogueDestinations(RegistryStore registries, ObjectStorageStore storages)
{
    public async ValueTask<IReadOnlyList<CatalogueRegistry>> RegistriesAsync(DocumentReads reads) =>
    [
        .. (await registries.AllAsync(reads, "")).Select(stored => new CatalogueRegistry(
            stored.Value.Address, stored.Value.Namespace, stored.Value.IsDefault, stored.Value.AccessKey, stored.Value.SecretKey,
            stored.Value.EnableTls)),
    ];

    public async ValueTask<IReadOnlyList<CatalogueStorage>> StoragesAsync(DocumentReads reads) =>
    [
        .. (await storages.AllAsync(reads, "")).Select(stored => new CatalogueStorage(stored.IdText, stored.Value)),
    ];
}
