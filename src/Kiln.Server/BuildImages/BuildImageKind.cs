using System.Text.Json.Nodes;
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

    public override JsonObject Body(BuildImage value)
    {
        var body = base.Body(value);
        body.Remove("image_from"); // the server's own word, not the caller's
        return body;
    }

    public override void Complete(JsonObject item, Stored<BuildImage> stored) => item["image_from"] = stored.Value.ImageFrom;

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
