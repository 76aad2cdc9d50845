using Kiln.Contracts.Catalogue;
using Kiln.Server.Definitions;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Projects;

/// <summary>Projects; the name is the project key.</summary>
public sealed class ProjectStore(DocumentStore documents)
    : DefinitionStore<Project>(documents, KnownProjects.Kind, CatalogueJson.Readable.Project)
{
    /// <summary>Deletes a project that nothing refers to from outside.</summary>
    /// <param name="seen">Which.</param>
    /// <param name="expected">Revision it must have; <c>null</c> = whatever it is.</param>
    /// <param name="withContents">False: refused while anything is defined in it. True: that goes too.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<DeleteOutcome> DeleteAsync(
        Stored<Project> seen, int? expected, bool withContents, string by, CancellationToken cancellationToken) =>
        Documents.DeleteTreeAsync(Kind, seen.Name, expected, contents: seen.Name, withContents, by, cancellationToken);
}
