using Kiln.Contracts.Catalogue;
using Kiln.Server.Definitions;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.CodeHosts;

/// <summary>Code hosts of the system and of projects.</summary>
public sealed class CodeHostStore(DocumentStore documents)
    : DefinitionStore<CodeHost>(documents, "codehost", CatalogueJson.Readable.CodeHost);
