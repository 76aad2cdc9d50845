using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kiln.Tests.Server.Document.Schemas;

/// <summary>Checks JSON against the schemas of the document, as far as it uses JSON Schema; a field that no schema names is a mistake too.</summary>
internal sealed class SchemaCheck(JsonNode document)
{
    public IReadOnlyList<string> Problems(JsonNode? value, JsonNode schema)
    {
        var problems = new List<string>();
        Check("", value, schema.AsObject(), problems);
        return problems;
    }

    private void Check(string at, JsonNode? value, JsonObject schema, List<string> problems)
    {
        schema = Resolve(schema);
        if (schema["oneOf"] is JsonArray choices)
        {
            var tries = choices.Select(choice => Try(at, value, choice!.AsObject())).ToList();
            if (!tries.Exists(found => found.Count == 0))
            {
                problems.AddRange(tries.MinBy(found => found.Count)!);
            }
            return;
        }
        if (schema["type"] is { } type && !Types(type).Contains(Kind(value)))
        {
            problems.Add($"{at}: is {Kind(value)}, not {type.ToJsonString()}");
            return;
        }
        if (schema["enum"] is JsonArray words && !words.Any(word => JsonNode.DeepEquals(word, value)))
        {
            problems.Add($"{at}: {value} is none of {words.ToJsonString()}");
        }
        if (value is JsonArray items && schema["items"] is JsonObject element)
        {
            for (var i = 0; i < items.Count; i++)
            {
                Check($"{at}[{i}]", items[i], element, problems);
            }
        }
        if (value is JsonObject fields && Parts(schema).ToList() is var parts && parts.Exists(part => part["properties"] is not null))
        {
            foreach (var (name, field) in fields)
            {
                if (parts.Select(part => part["properties"]?[name]).FirstOrDefault(found => found is not null) is { } property)
                {
                    Check($"{at}.{name}", field, property.AsObject(), problems);
                }
                else
                {
                    problems.Add($"{at}.{name}: is not documented");
                }
            }
            problems.AddRange(parts
                .SelectMany(part => part["required"]?.AsArray() ?? [])
                .Where(name => !fields.ContainsKey((string)name!))
                .Select(name => $"{at}.{name}: is missing"));
        }
    }

    private List<string> Try(string at, JsonNode? value, JsonObject schema)
    {
        var problems = new List<string>();
        Check(at, value, schema, problems);
        return problems;
    }

    private IEnumerable<JsonObject> Parts(JsonObject schema) => schema["allOf"] is JsonArray parts
        ? parts.SelectMany(part => Parts(Resolve(part!.AsObject())))
        : [schema];

    private JsonObject Resolve(JsonObject schema)
    {
        while (schema["$ref"] is { } reference)
        {
            schema = ((string)reference!).TrimStart('#', '/').Split('/').Aggregate(document, (node, name) => node[name]!).AsObject();
        }
        return schema;
    }

    private static IEnumerable<string> Types(JsonNode type) =>
        type is JsonArray several ? several.Select(one => (string)one!) : [(string)type!];

    private static string Kind(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "integer",
        _ => "boolean",
    };
}
