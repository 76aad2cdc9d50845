using Kiln.Contracts.Catalogue;
using Kiln.Server.Definitions;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Services;

/// <summary>Services of projects.</summary>
public sealed class ServiceStore(DocumentStore documents)
    : DefinitionStore<Service>(documents, "service", CatalogueJson.Readable.Service);
