using Kiln.Contracts.Catalogue;
using Kiln.Server.Definitions;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Packages;

/// <summary>Packages; the name is package and version.</summary>
public sealed class PackageStore(DocumentStore documents)
    : DefinitionStore<Package>(documents, "package", CatalogueJson.Readable.Package)
{
    /// <summary>The unique name of a version of a package.</summary>
    public static string NameOf(string package, string version) => $"{package} {version}";
}
