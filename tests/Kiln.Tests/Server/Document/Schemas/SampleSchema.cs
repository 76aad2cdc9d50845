using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kiln.Tests.Server.Document.Schemas;

/// <summary>The schema of an answer that is put together field by field, from one that the server gave.</summary>
internal static class SampleSchema
{
    public static JsonObject Of(JsonNode? sample) => sample switch
    {
        JsonObject fields => Object(fields, fields.Select(field => field.Key)),
        JsonArray { Count: > 0 } items => new() { ["type"] = "array", ["items"] = Of(items[0]) },
        JsonArray => new() { ["type"] = "array" },
        JsonValue value => new()
        {
            ["type"] = value.GetValueKind() switch
            {
                JsonValueKind.String => "string",
                JsonValueKind.Number => "integer",
                _ => "boolean",
            },
        },
        _ => [],
    };

    /// <summary>An object of some fields of a sample.</summary>
    public static JsonObject Object(JsonObject sample, IEnumerable<string> fields)
    {
        var names = fields.ToList();
        var properties = new JsonObject();
        foreach (var name in names)
        {
            properties[name] = Of(sample[name]);
        }
        return new JsonObject
        {
            ["type"] = "object", ["properties"] = properties, ["required"] = new JsonArray([.. names.Select(name => (JsonNode)name)]),
        };
    }
}
