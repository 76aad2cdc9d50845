using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kiln.Tests.Fixtures;
using Kiln.Tests.Server.Document.Schemas;

namespace Kiln.Tests.Server.Document;

/// <summary>The published description of the API: written from the server, checked in, served, and true.</summary>
public sealed class ApiDocumentTests(WrittenDocument written) : IClassFixture<WrittenDocument>
{
    private static readonly string[] Verbs = ["get", "post", "put", "delete"];

    private readonly JsonObject _document = written.Document;

    [Fact]
    public void The_checked_in_document_is_what_the_server_would_write() =>
        Golden.Matches("../../docs/openapi.json", _document);

    [Fact]
    public async Task It_is_served_to_anyone_as_it_is_checked_in()
    {
        var answer = await written.App.Anonymous.GetAsync("/openapi.json");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.True(JsonNode.DeepEquals(_document, await answer.JsonAsync()));
    }

    [Fact]
    public async Task The_page_for_people_comes_from_this_server_alone()
    {
        var page = await written.App.Anonymous.GetAsync("/docs/");
        var html = await page.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("openapi.json", html);
        Assert.DoesNotContain("//cdn", html);
        var script = await written.App.Anonymous.GetAsync("/docs/scalar.js");
        Assert.Equal(HttpStatusCode.OK, script.StatusCode);
        Assert.True((await script.Content.ReadAsByteArrayAsync()).Length > 100_000);
    }

    [Fact]
    public void Every_operation_has_a_name_of_its_own_a_summary_a_chapter_its_errors_and_who_may_call_it()
    {
        var operations = Operations().ToList();

        Assert.Equal(operations.Count, operations.Select(operation => (string?)operation["operationId"]).Distinct().Count());
        foreach (var operation in operations)
        {
            var id = (string)operation["operationId"]!;
            Assert.Matches("^[a-z][A-Za-z]+$", id);
            Assert.NotEmpty((string)operation["summary"]!);
            Assert.False(((string)operation["summary"]!).EndsWith('.'), id);
            Assert.Single(operation["tags"]!.AsArray());
            Assert.Contains("Needs", (string?)operation["description"]);
            var responses = operation["responses"]!.AsObject();
            Assert.Contains(responses, response => response.Key[0] == '2');
            Assert.True(responses.ContainsKey("500"), id);
            Assert.Equal(operation["security"]!.AsArray().Count > 0, responses.ContainsKey("401") && responses.ContainsKey("403"));
            foreach (var parameter in operation["parameters"]?.AsArray() ?? [])
            {
                Assert.NotEmpty((string)parameter!["description"]!);
            }
        }
    }

    [Fact]
    public void Every_parameter_of_an_address_is_declared_and_no_other()
    {
        foreach (var (path, item) in _document["paths"]!.AsObject())
        {
            var named = path.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '}')).Order();
            foreach (var operation in item!.AsObject().Where(entry => Verbs.Contains(entry.Key)))
            {
                var declared = (operation.Value!["parameters"]?.AsArray() ?? [])
                    .Where(parameter => (string?)parameter!["in"] == "path").Select(parameter => (string)parameter!["name"]!).Order();
                Assert.Equal(named, declared);
            }
        }
    }

    [Fact]
    public void Every_reference_resolves_and_every_schema_is_used()
    {
        var used = References(_document).ToHashSet();

        foreach (var reference in used)
        {
            Assert.True(reference.TrimStart('#', '/').Split('/').Aggregate((JsonNode?)_document, (node, name) => node?[name]) is not null, reference);
        }
        foreach (var (name, _) in _document["components"]!["schemas"]!.AsObject())
        {
            Assert.Contains($"#/components/schemas/{name}", used);
        }
    }

    [Fact]
    public void Every_endpoint_of_the_server_is_in_it() =>
        Assert.Equal(
            DocumentWriter.Endpoints(written.App.Services).Select(endpoint => $"{DocumentWriter.Method(endpoint)} {DocumentWriter.Path(endpoint)}").Order(),
            _document["paths"]!.AsObject()
                .SelectMany(path => path.Value!.AsObject().Where(entry => Verbs.Contains(entry.Key)).Select(entry => $"{entry.Key} {path.Key}")).Order());

    [Fact]
    public void Every_call_with_a_body_has_an_example_that_its_schema_allows()
    {
        var check = new SchemaCheck(_document);
        foreach (var operation in Operations().Where(operation => operation["requestBody"] is not null))
        {
            var content = operation["requestBody"]!["content"]!["application/json"]!;
            var examples = content["examples"]!.AsObject();
            Assert.NotEmpty(examples);
            foreach (var (_, example) in examples)
            {
                Assert.Empty(check.Problems(example!["value"], content["schema"]!));
            }
        }
    }

    private IEnumerable<JsonObject> Operations() => _document["paths"]!.AsObject()
        .SelectMany(path => path.Value!.AsObject().Where(entry => Verbs.Contains(entry.Key)))
        .Select(entry => entry.Value!.AsObject());

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject fields => fields.SelectMany(field =>
            field.Key == "$ref" && field.Value!.GetValueKind() == JsonValueKind.String ? [(string)field.Value!] : References(field.Value)),
        JsonArray items => items.SelectMany(References),
        _ => [],
    };
}
