using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Identity;

namespace Kiln.Server.BuildImages;

/// <summary>Build images in the API.</summary>
internal sealed class BuildImageKind(BuildImageStore store) : CatalogueKind<BuildImage>(store)
{
    public override CatalogueAddress Address { get; } =
        new("build image", "/openapi/system/build-images", "build_images") { NameField = "label" };

    public override ValueTask<DefinitionReader<BuildImage>> ReaderAsync(Caller caller, CancellationToken cancellationToken) => new(Read);

    private static Draft<BuildImage> Read(BodyObject body, BuildImage? current)
    {
        var label = NameRules.Read(body, "label", current?.Label);
        var value = body.Text("value", Presence.Filled).Trim();
        if (value.Any(char.IsWhiteSpace))
        {
            body.Refuse("value", "Must be an image reference without spaces, for example registry.example.com/tools/ubuntu:22.04.");
        }
        return new(label, new BuildImage { Label = label, Value = value, ImageFrom = current?.ImageFrom ?? "custom" });
    }
}
