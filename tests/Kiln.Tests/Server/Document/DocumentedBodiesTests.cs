using System.Net;
using System.Text.Json.Nodes;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Document;

/// <summary>What the document says of bodies is what the server does with them.</summary>
public sealed class DocumentedBodiesTests(WrittenDocument written) : IClassFixture<WrittenDocument>
{
    private readonly DocumentedCalls _calls = new(written.Document);

    [Fact]
    public async Task Every_example_is_taken_as_it_stands()
    {
        // The other test may have been here before.
        await written.App.Admin.DeleteAsync("/openapi/build?projectKey=yaml&name=api-test");
        await written.App.Admin.DeleteAsync("/openapi/build?projectKey=demo&name=demo-build");
        foreach (var (id, form, body) in BodyExamples.All.Where(example => !IsAboutARun(example.Call)))
        {
            var answer = await SendAsync(id, form, body);

            Assert.True(answer.IsSuccessStatusCode, $"{id} {form}: {await answer.Content.ReadAsStringAsync()}");
        }
    }

    [Fact]
    public async Task A_field_that_the_document_requires_is_missed_and_one_of_another_kind_is_refused()
    {
        await SendAsync("createBuild", "plain", BodyExamples.All.First(example => example.Call == "createBuild").Body);
        await SendAsync("createBuild", "from_template", BodyExamples.All.Last(example => example.Call == "createBuild").Body);
        foreach (var (id, form, body) in BodyExamples.All)
        {
            foreach (var mistake in Mistakes(body, Choose(_calls.ById[id].BodySchema!, form), ""))
            {
                var answer = await SendAsync(id, form, Changed(body, mistake));
                var errors = answer.StatusCode == HttpStatusCode.BadRequest ? await answer.ErrorsAsync() : [];

                Assert.True(
                    errors.Any(error => error.StartsWith(mistake.Path.TrimStart('.'), StringComparison.Ordinal)),
                    $"{id} {form} with {mistake}: {(int)answer.StatusCode} {string.Join("; ", errors)}");
            }
        }
    }

    private static bool IsAboutARun(string id) => id is "startRun" or "explainRunRequest" or "retryRun";

    private Task<HttpResponseMessage> SendAsync(string id, string form, JsonObject body)
    {
        var call = _calls.ById[id];
        // A creation is sent without its place: the body says everything.
        var address = call.Method == HttpMethod.Post && !IsAboutARun(id) ? call.Path : DocumentedCalls.Address(call);
        if (form == "from_template" && call.Path == "/openapi/build")
        {
            address = $"{call.Path}?source=template";
        }
        return written.App.Admin.SendJsonAsync(call.Method, address, body.ToJsonString());
    }

    private IEnumerable<Mistake> Mistakes(JsonObject value, JsonObject schema, string at)
    {
        foreach (var (name, field) in value)
        {
            var known = Resolve(schema["properties"]![name]!.AsObject());
            if (known["oneOf"] is JsonArray forms)
            {
                known = Resolve(forms[0]!.AsObject());
            }
            var path = $"{at}.{name}";
            if (schema["required"]?.AsArray().Any(required => (string?)required == name) is true)
            {
                yield return new Mistake(path, null);
            }
            var kind = known["type"] is JsonValue type ? (string)type! : "";
            yield return new Mistake(path, kind switch
            {
                "boolean" => "perhaps",
                "integer" => "many",
                "array" => "alone",
                "object" => 7,
                _ => new JsonObject(),
            });
            if (field is JsonObject inner)
            {
                foreach (var mistake in Mistakes(inner, known, path))
                {
                    yield return mistake;
                }
            }
            if (field is JsonArray { Count: > 0 } items && items[0] is JsonObject first)
            {
                foreach (var mistake in Mistakes(first, Resolve(known["items"]!.AsObject()), $"{path}[0]"))
                {
                    yield return mistake;
                }
            }
        }
    }

    private static JsonObject Changed(JsonObject body, Mistake mistake)
    {
        var changed = body.DeepClone().AsObject();
        var steps = mistake.Path.TrimStart('.').Replace("[0]", ".0").Split('.');
        JsonNode owner = changed;
        foreach (var step in steps[..^1])
        {
            owner = step == "0" ? owner[0]! : owner[step]!;
        }
        if (mistake.Instead is null)
        {
            owner.AsObject().Remove(steps[^1]);
        }
        else
        {
            owner[steps[^1]] = mistake.Instead.DeepClone();
        }
        return changed;
    }

    private JsonObject Choose(JsonNode schema, string form)
    {
        var resolved = schema["oneOf"] is JsonArray forms ? forms[form == "from_template" ? 1 : 0]! : schema;
        return Resolve(resolved.AsObject());
    }

    private JsonObject Resolve(JsonObject schema) => schema["$ref"] is { } reference
        ? ((string)reference!).TrimStart('#', '/').Split('/').Aggregate((JsonNode)written.Document, (node, name) => node[name]!).AsObject()
        : schema;

    private sealed record Mistake(string Path, JsonNode? Instead);
}
