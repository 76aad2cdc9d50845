using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Kiln.Tests.Server.Document.Bodies;

namespace Kiln.Tests.Server.Document.Schemas;

/// <summary>The schemas of the document: answers from their records, bodies from what their readers take.</summary>
internal sealed class SchemaSet
{
    private readonly NullabilityInfoContext _nullability = new();

    /// <summary>Where documentation comments come from.</summary>
    public ContractWords Words { get; } = new("Kiln.Contracts", "kiln-server");

    /// <summary>Named schemas, by name.</summary>
    public SortedDictionary<string, JsonObject> Named { get; } = new(StringComparer.Ordinal);

    public static JsonObject Ref(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };

    /// <summary>What a record looks like in an answer.</summary>
    public JsonObject Answer(Type type)
    {
        var inner = Nullable.GetUnderlyingType(type) ?? type;
        if (ContractFields.Element(inner) is { } element)
        {
            return new JsonObject { ["type"] = "array", ["items"] = Answer(element) };
        }
        if (inner.IsEnum)
        {
            return Named.ContainsKey(inner.Name) ? Ref(inner.Name) : Keep(inner.Name, Enumeration(inner));
        }
        if (Plain(inner) is { } plain)
        {
            return plain;
        }
        if (!Named.ContainsKey(inner.Name))
        {
            var schema = Named[inner.Name] = []; // Before its fields: a record may hold itself.
            Fill(schema, inner);
        }
        return Ref(inner.Name);
    }

    /// <summary>What a reader takes.</summary>
    /// <param name="name">Name of the schema.</param>
    /// <param name="shape">What the reader was seen to take.</param>
    /// <param name="contract">The record that it reads, for its comments.</param>
    public JsonObject Body(string name, BodyShape shape, Type? contract)
    {
        var schema = new JsonObject { ["type"] = "object" };
        if (contract is not null && Words.Of(contract) is { Length: > 0 } words)
        {
            schema["description"] = words;
        }
        var known = contract is null ? [] : ContractFields.Of(contract).ToDictionary(field => field.Name);
        var properties = new JsonObject();
        foreach (var field in shape.Fields)
        {
            properties[field.Name] = Field(field, name, known.GetValueOrDefault(field.Name)?.Property);
        }
        schema["properties"] = properties;
        if (shape.Fields.Where(field => field.Need.IsAlways).Select(field => (JsonNode)field.Name).ToArray() is { Length: > 0 } required)
        {
            schema["required"] = new JsonArray(required);
        }
        return Keep(name, schema);
    }

    /// <summary>Names a schema; another one of that name must be the same.</summary>
    public JsonObject Keep(string name, JsonObject schema)
    {
        if (Named.TryGetValue(name, out var known) && !JsonNode.DeepEquals(known, schema))
        {
            throw new InvalidOperationException($"Two schemas are called {name}:\n{known}\n{schema}");
        }
        Named[name] = schema;
        return Ref(name);
    }

    private void Fill(JsonObject schema, Type type)
    {
        schema["type"] = "object";
        if (Words.Of(type) is { Length: > 0 } words)
        {
            schema["description"] = words;
        }
        var fields = ContractFields.Of(type);
        var properties = new JsonObject();
        foreach (var field in fields)
        {
            properties[field.Name] = Described(Nullably(field.Property, Answer(field.Property.PropertyType)), Words.Of(field.Property));
        }
        schema["properties"] = properties;
        schema["required"] = new JsonArray([.. fields.Where(field => field.IsAlways).Select(field => (JsonNode)field.Name)]);
    }

    private JsonObject Nullably(PropertyInfo property, JsonObject schema)
    {
        var isNull = Nullable.GetUnderlyingType(property.PropertyType) is not null
            || _nullability.Create(property).ReadState == NullabilityState.Nullable;
        if (!isNull)
        {
            return schema;
        }
        if (schema["type"] is JsonValue type)
        {
            schema["type"] = new JsonArray(type.DeepClone(), "null");
            return schema;
        }
        return schema.Count == 0 ? schema : new JsonObject { ["oneOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
    }

    private JsonObject Field(BodyField field, string owner, PropertyInfo? property)
    {
        var traced = field.Traced;
        var inner = field.Inner is null ? null : Inner(field, owner, property);
        var schema = traced.Kind switch
        {
            "text" => new JsonObject { ["type"] = "string" },
            "word" => Word(field),
            "scalar" => new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") },
            "flag" => new JsonObject { ["type"] = "boolean" },
            "number" => Number(traced),
            "texts" => List(new JsonObject { ["type"] = "string" }),
            "numbers" => List(Number(traced)),
            "objects" => List(inner!),
            "object" => inner!,
            _ => new JsonObject
            {
                ["oneOf"] = new JsonArray(
                    inner!, new JsonObject { ["type"] = "array", ["items"] = inner!.DeepClone(), ["maxItems"] = 1 }),
            },
        };
        if (traced.IsFilled && field.Need.IsAlways)
        {
            schema[traced.Kind == "text" ? "minLength" : "minItems"] = 1;
        }
        if (traced.Fallback is not null && traced.Kind is "word" or "flag" or "text" or "number")
        {
            schema["default"] = traced.Fallback switch
            {
                string text => text,
                bool flag => flag,
                var number => (long)number,
            };
        }
        var words = property is null ? "" : Words.Of(property);
        return Described(schema, string.Join(' ', new[] { words, field.Need.When }.Where(text => text.Length > 0)));
    }

    private JsonObject Inner(BodyField field, string owner, PropertyInfo? property)
    {
        var contract = property is null ? null : ContractFields.Inner(property.PropertyType);
        var name = contract is null ? $"{owner}{Pascal(field.Name)}"
            : contract.Name.EndsWith("Spec", StringComparison.Ordinal) ? $"{contract.Name}Body"
            : $"{contract.Name}Spec";
        return Body(name, field.Inner!, contract);
    }

    private static string Pascal(string name) =>
        string.Concat(name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    // An empty word is an absent one, where it may be absent.
    private static JsonObject Word(BodyField field) => new()
    {
        ["type"] = "string",
        ["enum"] = new JsonArray([.. (field.Need.IsAlways ? field.Traced.Words : [.. field.Traced.Words, ""]).Select(word => (JsonNode)word)]),
    };

    private static JsonObject List(JsonObject items) => new() { ["type"] = "array", ["items"] = items };

    private static JsonObject Number(TracedField field) => new()
    {
        ["type"] = "integer",
        ["minimum"] = field.Least,
        ["maximum"] = field.Most,
    };

    /// <summary>A schema with a description; beside a reference it stands in the same object, as JSON Schema 2020-12 allows.</summary>
    private static JsonObject Described(JsonObject schema, string words)
    {
        if (words.Length > 0)
        {
            schema["description"] = words;
        }
        return schema;
    }

    private static JsonObject Enumeration(Type type) => new()
    {
        ["type"] = "string",
        ["enum"] = new JsonArray([.. type.GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (JsonNode)field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()!.Name)]),
    };

    private static JsonObject? Plain(Type type) =>
        type == typeof(string) ? new() { ["type"] = "string" }
        : type == typeof(bool) ? new() { ["type"] = "boolean" }
        : type == typeof(int) ? new() { ["type"] = "integer", ["format"] = "int32" }
        : type == typeof(long) ? new() { ["type"] = "integer", ["format"] = "int64" }
        : type == typeof(double) ? new() { ["type"] = "number", ["format"] = "double" }
        : type == typeof(JsonObject) ? new() { ["type"] = "object" }
        : type == typeof(JsonElement) || type == typeof(JsonNode) || type == typeof(Stream) ? []
        : null;
}
