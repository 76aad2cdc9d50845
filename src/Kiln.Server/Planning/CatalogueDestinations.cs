using Kiln.Server.ObjectStorages;
using Kiln.Server.Registries;

namespace Kiln.Server.Planning;

/// <summary>Where goes what builds make: reads those slices for <see cref="CatalogueLoader"/>.</summary>
public sealed class CatalogueDestinations(RegistryStore registries, ObjectStorageStore storages)
{
    public async Task<IReadOnlyList<CatalogueRegistry>> RegistriesAsync(CancellationToken cancellationToken) =>
    [
        .. (await registries.AllAsync("", cancellationToken)).Select(stored => new CatalogueRegistry(
            stored.Value.Address, stored.Value.Namespace, stored.Value.IsDefault, stored.Value.AccessKey, stored.Value.SecretKey,
            stored.Value.EnableTls)),
    ];

    public async Task<IReadOnlyList<CatalogueStorage>> StoragesAsync(CancellationToken cancellationToken) =>
    [
        .. (await storages.AllAsync("", cancellationToken)).Select(stored => new CatalogueStorage(stored.IdText, stored.Value)),
    ];
}
