using Kiln.Contracts.Catalogue;
using Kiln.Server.Definitions;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.DockerfileTemplates;

/// <summary>Dockerfile templates.</summary>
public sealed class DockerfileTemplateStore(DocumentStore documents)
    : DefinitionStore<DockerfileTemplate>(documents, "dockerfile", CatalogueJson.Readable.DockerfileTemplate);
