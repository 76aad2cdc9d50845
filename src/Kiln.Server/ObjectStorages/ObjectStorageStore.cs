using Kiln.Contracts.Catalogue;
using Kiln.Server.Definitions;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.ObjectStorages;

/// <summary>Object storages.</summary>
public sealed class ObjectStorageStore(DocumentStore documents)
    : DefinitionStore<ObjectStorage>(documents, "objectstorage", CatalogueJson.Readable.ObjectStorage);
