using Kiln.Contracts.Catalogue;
using Kiln.Server.Definitions;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Registries;

/// <summary>Image registries; the name is address and namespace.</summary>
public sealed class RegistryStore(DocumentStore documents)
    : DefinitionStore<Registry>(documents, "registry", CatalogueJson.Readable.Registry);
