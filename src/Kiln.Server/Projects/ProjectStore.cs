using Kiln.Contracts.Catalogue;
using Kiln.Server.Definitions;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Projects;

/// <summary>Projects; the name is the project key.</summary>
public sealed class ProjectStore(DocumentStore documents)
    : DefinitionStore<Project>(documents, KnownProjects.Kind, CatalogueJson.Readable.Project);
