using System.Text.Json.Nodes;
using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Identity;

namespace Kiln.Server.DockerfileTemplates;

/// <summary>Dockerfile templates in the API.</summary>
internal sealed class DockerfileTemplateKind(DockerfileTemplateStore store) : CatalogueKind<DockerfileTemplate>(store)
{
    public override CatalogueAddress Address { get; } =
        new("Dockerfile template", "/openapi/templates/dockerfiles", "dockerfile_templates");

    public override ValueTask<DefinitionReader<DockerfileTemplate>> ReaderAsync(Caller caller, CancellationToken cancellationToken) => new(Read);

    public override void Complete(JsonObject item, Stored<DockerfileTemplate> stored) => item["variable"] = new JsonArray(
        [.. DockerfileText.Arguments(stored.Value.Content)
            .Select(argument => new JsonObject { ["key"] = argument.Key, ["value"] = argument.Value })]);

    private static Draft<DockerfileTemplate> Read(BodyObject body, DockerfileTemplate? current)
    {
        var name = NameRules.Read(body, "name", current?.Name);
        var content = body.Text("content", Presence.Filled);
        if (content.Length > 0 && !DockerfileText.HasStage(content))
        {
            body.Refuse("content", "Is no Dockerfile: it has no FROM line.");
        }
        return new(name, new DockerfileTemplate(name, content));
    }
}
