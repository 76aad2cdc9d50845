using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kiln.Tests.Server.Builds;

/// <summary>The document's example bodies, as they stand in it.</summary>
public static class Example
{
    public static string Text(string name)
    {
        var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Document/{name}")!;
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd();
    }

    public static JsonObject Create() => JsonNode.Parse(Text("create.json"))!.AsObject();

    public static JsonObject FromTemplate() => JsonNode.Parse(Text("create-from-template.json"))!.AsObject();

    public static JsonElement Element(JsonNode node) => JsonDocument.Parse(node.ToJsonString()).RootElement;
}
