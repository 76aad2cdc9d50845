using Kiln.Contracts.Catalogue;
using Kiln.Server.Definitions;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.BuildImages;

/// <summary>Build images; the name is the label.</summary>
public sealed class BuildImageStore(DocumentStore documents)
    : DefinitionStore<BuildImage>(documents, "buildimage", CatalogueJson.Readable.BuildImage)
{
    private static readonly string[] UbuntuVersions = ["18.04", "20.04", "22.04", "24.04"];

    /// <summary>Gives a fresh server its images; one that has any is left alone, so that a deletion lasts.</summary>
    public async Task SeedAsync(CancellationToken cancellationToken)
    {
        if ((await AllAsync("", cancellationToken)).Count > 0)
        {
            return;
        }
        foreach (var version in UbuntuVersions)
        {
            var image = new BuildImage { Label = $"ubuntu {version}", Value = $"ubuntu:{version}", ImageFrom = "system" };
            await CreateAsync(projectKey: "", new(image.Label, image), "system", cancellationToken);
        }
    }
}
