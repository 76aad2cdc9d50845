using System.Text.Json.Nodes;

namespace Kiln.Tests.Server.Document;

/// <summary>The calls of the document, by id, with addresses that lead to what <see cref="BodyExamples"/> makes.</summary>
internal sealed class DocumentedCalls
{
    // In the order in which they fit: the name in an address means something else to every kind.
    private static readonly (string Below, string Name, string Query)[] Places =
    [
        ("/openapi/projects/project", "", "projectKey=shop"),
        ("/openapi/services", "web", "projectKey=shop"),
        ("/openapi/variables", "NPM_TOKEN", "projectKey=shop"),
        ("/openapi/system/codehosts", "git", "projectKey="),
        ("/openapi/system/build-images", "node%2022", ""),
        ("/openapi/system/packages", "node", ""),
        ("/openapi/system/cluster", "builds", ""),
        ("/openapi/system/registry", "registry.example.com%2Fshop", ""),
        ("/openapi/system/object-storages", "files", ""),
        ("/openapi/templates/dockerfiles", "static%20site", ""),
        ("/openapi/templates/builds", "node", ""),
        ("/openapi/system/tokens", "shop-ci", ""),
        ("/openapi/build/{name}/template", "demo-build", "projectKey=demo"),
        ("/openapi/build", "api-test", "projectKey=yaml&name=api-test"),
        ("/openapi/runs/{id}", "1", ""),
        ("", "", ""),
    ];

    public DocumentedCalls(JsonObject document)
    {
        foreach (var (path, item) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in item!.AsObject())
            {
                ById[(string)operation!["operationId"]!] = new DocumentedCall(new HttpMethod(method.ToUpperInvariant()), path, operation.AsObject());
            }
        }
    }

    public Dictionary<string, DocumentedCall> ById { get; } = new(StringComparer.Ordinal);

    /// <summary>Where a call is sent; required parameters that are not in a place of its own are 1.</summary>
    public static string Address(DocumentedCall call)
    {
        var place = Places.First(place => call.Path.StartsWith(place.Below, StringComparison.Ordinal));
        var path = call.Path
            .Replace("{name}", place.Name).Replace("{buildName}", place.Name).Replace("{id}", place.Name)
            .Replace("{version}", "22.11.0").Replace("{revision}", "1").Replace("{path}", "out/app.tar").Replace("{host}", "host-1");
        var missing = call.Parameters
            .Where(parameter => (string?)parameter["in"] == "query" && (bool)parameter["required"]! && !place.Query.Contains($"{parameter["name"]}="))
            .Select(parameter => $"{parameter["name"]}=1");
        return $"{path}?{string.Join('&', missing.Prepend(call.Path.EndsWith("/template", StringComparison.Ordinal) ? "" : place.Query))}";
    }
}

/// <summary>A call of the document.</summary>
internal sealed record DocumentedCall(HttpMethod Method, string Path, JsonObject Operation)
{
    public IEnumerable<JsonNode> Parameters => (Operation["parameters"]?.AsArray() ?? []).Select(parameter => parameter!);

    public JsonNode? BodySchema => Operation["requestBody"]?["content"]?["application/json"]?["schema"];

    public JsonNode? AnswerSchema(int status) => (Operation["responses"]?[$"{status}"]?["content"] as JsonObject)?.First().Value!["schema"];
}
