using System.Text.Json;
using System.Text.Json.Nodes;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Identity;
using Kiln.Tests.Server.Document.Bodies;
using Kiln.Tests.Server.Document.Schemas;

namespace Kiln.Tests.Server.Document;

/// <summary>Schemas of a kind of the catalogue: its body as its reader takes it, its answers as the server puts them together.</summary>
internal static class CatalogueSchemas
{
    private static readonly Caller Admin = new("admin", TokenKind.Admin);

    /// <summary>Adds them all; answers and bodies by the id of the call.</summary>
    public static void AddTo(SchemaSet schemas, IEnumerable<CatalogueKind> kinds, Dictionary<string, JsonObject> bodies, Dictionary<string, JsonObject> answers)
    {
        foreach (var kind in kinds)
        {
            var type = kind.GetType().BaseType!.GetGenericArguments()[0];
            typeof(CatalogueSchemas).GetMethod(nameof(Add))!.MakeGenericMethod(type).Invoke(null, [schemas, kind, bodies, answers]);
        }
    }

    public static void Add<T>(SchemaSet schemas, CatalogueKind<T> kind, Dictionary<string, JsonObject> bodies, Dictionary<string, JsonObject> answers)
        where T : class
    {
        var words = kind.Address;
        var noun = words.Noun;
        var reader = kind.ReaderAsync(Admin, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        var shape = BodyShape.Of(body =>
        {
            if (words.Scope != ProjectScope.System)
            {
                // As DefinitionChanges reads it: the address may say it instead.
                body.Text("project_key", Presence.Optional);
            }
            reader(body, current: null);
        });
        var spec = schemas.Body($"{noun.One}Spec", shape, typeof(T));
        if (words.Scope != ProjectScope.System)
        {
            schemas.Named[$"{noun.One}Spec"]["properties"]!["project_key"]!["description"] = words.Scope == ProjectScope.Required
                ? "The project; may be said as `projectKey` in the address instead."
                : "The project, or as `projectKey` in the address; empty = the system's.";
        }
        bodies[$"create{noun.One}"] = bodies[$"replace{noun.One}"] = bodies[$"validate{noun.One}Body"] = spec;

        var example = BodyExamples.All.First(example => example.Call == $"create{noun.One}").Body;
        var draft = reader(new BodyObject(JsonElement.Parse(example.ToJsonString()), "", new Violations()), current: null);
        var stored = new Stored<T>(draft.Value, "", draft.Name, 1, 1, "admin", "admin", 0, 0);
        var item = new DefinitionAnswers<T>(kind).Item(stored);
        var read = shape.Fields.Select(field => field.Name).ToHashSet();
        var own = SampleSchema.Object(item, item.Select(field => field.Key).Where(name => !read.Contains(name)));
        own["required"] = new JsonArray([.. item.Select(field => (JsonNode)field.Key)]);
        var shown = schemas.Keep(noun.One, new JsonObject { ["allOf"] = new JsonArray(spec.DeepClone(), own) });
        answers["get" + noun.One] = schemas.Keep($"{noun.One}Detail", new JsonObject
        {
            ["allOf"] = new JsonArray(shown.DeepClone(), new JsonObject
            {
                ["type"] = "object", ["properties"] = new JsonObject { ["spec"] = Answered(spec) }, ["required"] = new JsonArray("spec"),
            }),
        });
        var list = new JsonObject { ["type"] = "array", ["items"] = shown.DeepClone() };
        answers["list" + noun.Many] = words.Items.Length == 0 ? list : new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["total"] = new JsonObject { ["type"] = "integer" }, [words.Items] = list },
            ["required"] = new JsonArray("total", words.Items),
        };
        answers["create" + noun.One] = kind.Created(draft, stored) is { } created
            ? schemas.Keep($"{noun.One}Created", SampleSchema.Of(created))
            : schemas.Answer(typeof(Kiln.Contracts.Builds.ChangeAnswer));
    }

    // What is answered may have fields beside those that are read.
    private static JsonObject Answered(JsonObject spec) => new()
    {
        ["allOf"] = new JsonArray(spec.DeepClone()),
        ["description"] = "The body that a PUT takes, secrets masked.",
    };
}
