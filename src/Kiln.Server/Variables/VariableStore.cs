using Kiln.Contracts.Catalogue;
using Kiln.Server.Definitions;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Variables;

/// <summary>Variables of the system and of projects.</summary>
public sealed class VariableStore(DocumentStore documents)
    : DefinitionStore<Variable>(documents, "variable", CatalogueJson.Readable.Variable);
