using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Builds;

public sealed class BuildCallsTests(DocumentApp fixture) : IClassFixture<DocumentApp>
{
    private const string Plain = "/openapi/build?projectKey=yaml";

    [Fact]
    public async Task The_documents_seven_calls_succeed_as_they_stand()
    {
        await using var app = await KilnApp.StartAsync().WithDocumentCatalogueAsync();
        var client = app.Admin;

        await Succeeds(client.SendJsonAsync(HttpMethod.Post, Plain, Example.Text("create.json")));
        await Succeeds(client.SendJsonAsync(HttpMethod.Put, Plain, Example.Text("update.json")));
        await Succeeds(client.SendJsonAsync(HttpMethod.Post, "/openapi/build?source=template", Example.Text("create-from-template.json")));
        await Succeeds(client.SendJsonAsync(
            HttpMethod.Put, "/openapi/build/demo-build/template?projectKey=demo", Example.Text("update-from-template.json")));
        await Succeeds(client.SendJsonAsync(
            HttpMethod.Put, "/openapi/build?source=template", Example.Text("update-from-template.json")));

        var list = await GetAsync(client, "/openapi/build?projectKey=yaml&pageNum=1&pageSize=20");
        Assert.Equal(1, (int)list["total"]!);
        SameShape(JsonNode.Parse(Example.Text("list-answer.json"))!, list);

        var detail = await GetAsync(
            client, "/openapi/build/api-test/detail?projectKey=yaml&serviceName=service1&serviceModule=service1");
        Assert.Equal("https://gitlab.example.com", (string?)detail["repos"]![0]!["address"]);
        Assert.Equal("ubuntu 20.04", (string?)detail["build_env"]!["basic_image_label"]);
        Assert.NotEqual("", (string?)detail["build_env"]!["basic_image_id"]);
        Assert.Equal(["IMAGE", "PKG_FILE", "bb"], detail["outputs"]!.AsArray().Select(output => (string?)output!["name"]));

        await Succeeds(client.DeleteAsync("/openapi/build?name=api-test&projectKey=yaml"));
        await Succeeds(client.DeleteAsync("/openapi/build?name=demo-build&projectKey=demo"));
        Assert.Equal(0, (int)(await GetAsync(client, Plain))["total"]!);
    }

    [Fact]
    public async Task The_detail_has_the_documents_keys_in_the_documents_places()
    {
        var body = Named("shape");
        body["post_build"] = JsonNode.Parse("""
            {"object_storage_upload":{"enabled":true,"object_storage_id":"1","upload_detail":[{"file_path":"a","abs_file_path":"","dest_path":"b"}]},
             "file_archive":{"file_location":"temp"},"scripts":"echo"}
            """);
        await Succeeds(fixture.Client.SendJsonAsync(HttpMethod.Post, Plain, body.ToJsonString()));

        var detail = await DetailAsync("shape");

        var document = JsonNode.Parse(
            // The document forgets one comma and has two too many.
            Example.Text("detail-answer.jsonc").Replace("]\n\"outputs\"", "],\n\"outputs\"", StringComparison.Ordinal),
            documentOptions: new() { AllowTrailingCommas = true, CommentHandling = System.Text.Json.JsonCommentHandling.Skip })!;
        SameShape(document, detail);
        Assert.Equal(document.AsObject().Select(p => p.Key), detail.AsObject().Take(document.AsObject().Count).Select(p => p.Key));
        Assert.Equal(
            ["infrastructure", "script_type", "targets", "revision", "spec"],
            detail.AsObject().Skip(document.AsObject().Count).Select(p => p.Key));
    }

    [Fact]
    public async Task What_get_shows_as_spec_can_be_put_back_and_changes_nothing()
    {
        await Succeeds(fixture.Client.SendJsonAsync(HttpMethod.Post, Plain, Named("round-trip").ToJsonString()));
        var before = await DetailAsync("round-trip");
        Assert.Equal("********", (string?)before["spec"]!["parameters"]![1]!["default_value"]);

        await Succeeds(fixture.Client.SendJsonAsync(HttpMethod.Put, Plain, before["spec"]!.ToJsonString()));

        var after = await DetailAsync("round-trip");
        Assert.Equal(before["spec"]!.ToJsonString(), after["spec"]!.ToJsonString());
        Assert.Equal((int)before["revision"]! + 1, (int)after["revision"]!);
    }

    [Fact]
    public async Task A_detail_shows_what_the_build_refers_to_as_it_is_now()
    {
        await using var app = await KilnApp.StartAsync().WithDocumentCatalogueAsync();
        await Succeeds(app.Admin.SendJsonAsync(HttpMethod.Post, Plain, Named("follows").ToJsonString()));
        Assert.Equal("https://gitlab.example.com", await AddressAsync());
        Assert.Equal("https://gitlab.example.com", await AddressAsync());

        await Succeeds(app.Admin.SendJsonAsync(
            HttpMethod.Post, "/openapi/system/codehosts?projectKey=yaml", """{"name":"gitlab","type":"gitlab","address":"https://own.example.com"}"""));
        Assert.Equal("https://own.example.com", await AddressAsync());

        await Succeeds(app.Admin.SendJsonAsync(
            HttpMethod.Put, "/openapi/system/codehosts/gitlab?projectKey=yaml",
            """{"name":"gitlab","type":"gitlab","address":"https://moved.example.com"}"""));
        Assert.Equal("https://moved.example.com", await AddressAsync());

        async Task<string?> AddressAsync() =>
            (string?)(await GetAsync(app.Admin, "/openapi/build/follows/detail?projectKey=yaml"))["repos"]![0]!["address"];
    }

    [Fact]
    public async Task A_template_builds_spec_can_be_put_back_and_its_secrets_are_masked_everywhere()
    {
        var body = Example.FromTemplate();
        body["name"] = "templated";
        await Succeeds(fixture.Client.SendJsonAsync(HttpMethod.Post, "/openapi/build?source=template", body.ToJsonString()));

        var detail = await GetAsync(fixture.Client, "/openapi/build/templated/detail?projectKey=demo");
        Assert.DoesNotContain("zadigx\"", detail["parameters"]!.ToJsonString());
        Assert.DoesNotContain("initial-secret", detail.ToJsonString());
        Assert.Equal("********", (string?)detail["parameters"]![1]!["value"]);
        Assert.Equal("aslan", (string?)detail["targets"]![0]!["service_module"]);
        Assert.Equal("demo-template", (string?)detail["template_name"]);

        await Succeeds(fixture.Client.SendJsonAsync(
            HttpMethod.Put, "/openapi/build/templated/template?projectKey=demo", detail["spec"]!.ToJsonString()));
        var after = await GetAsync(fixture.Client, "/openapi/build/templated/detail?projectKey=demo");
        Assert.Equal(detail["spec"]!.ToJsonString(), after["spec"]!.ToJsonString());
    }

    [Fact]
    public async Task Secrets_are_sealed_at_rest()
    {
        await Succeeds(fixture.Client.SendJsonAsync(HttpMethod.Post, Plain, Named("sealed").ToJsonString()));
        var stored = await fixture.App.Get<Kiln.Server.Storage.Documents.DocumentStore>()
            .GetAsync("build", "yaml", "sealed", TestContext.Current.CancellationToken);
        Assert.DoesNotContain("abc123", stored!.Json);
    }

    [Fact]
    public async Task A_secret_that_cannot_be_masked_is_warned_about()
    {
        var body = Named("weak");
        body["parameters"]![1]!["default_value"] = "abc";
        var answer = await fixture.Client.SendJsonAsync(HttpMethod.Post, Plain, body.ToJsonString());
        Assert.Contains("bb", (string?)(await answer.JsonAsync())["warnings"]![0]);
    }

    [Fact]
    public async Task Of_many_clients_that_create_one_name_at_once_one_wins_and_the_others_are_told()
    {
        var body = Named("race").ToJsonString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => fixture.Client.SendJsonAsync(HttpMethod.Post, Plain, body)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        foreach (var loser in answers.Where(answer => answer.StatusCode != HttpStatusCode.OK))
        {
            await Fails(loser, 409, 6520, "race");
        }
    }

    [Fact]
    public async Task Names_are_unique_in_a_project_only()
    {
        var body = Named("everywhere");
        await Succeeds(fixture.Client.SendJsonAsync(HttpMethod.Post, "/openapi/build", body.ToJsonString()));
        body["project_key"] = "demo";
        await Succeeds(fixture.Client.SendJsonAsync(HttpMethod.Post, "/openapi/build", body.ToJsonString()));
    }

    [Fact]
    public async Task If_match_is_honoured_and_without_it_the_last_writer_wins()
    {
        var body = Named("conditional").ToJsonString();
        var created = await fixture.Client.SendJsonAsync(HttpMethod.Post, Plain, body);
        var tag = created.Headers.ETag!;
        await Succeeds(fixture.Client.SendJsonAsync(HttpMethod.Put, Plain, body));

        await Fails(await PutAsync(body, tag), 412, 6521, "conditional");
        await Succeeds(PutAsync(body, (await fixture.Client.GetAsync("/openapi/build/conditional/detail?projectKey=yaml")).Headers.ETag!));

        var delete = new HttpRequestMessage(HttpMethod.Delete, "/openapi/build?name=conditional&projectKey=yaml");
        delete.Headers.IfMatch.Add(tag);
        await Fails(await fixture.Client.SendAsync(delete), 412, 6521, "conditional");
    }

    [Fact]
    public async Task Wrong_bodies_and_unknown_names_have_the_codes_of_the_contract()
    {
        var unknown = Named("codes");
        unknown["build_os"] = "ubuntu 20.4";
        await Fails(await fixture.Client.SendJsonAsync(HttpMethod.Post, Plain, unknown.ToJsonString()), 400, 6520, "ubuntu 20.04");

        unknown["timeout"] = 1;
        unknown["infrastructure"] = "";
        await Fails(await fixture.Client.SendJsonAsync(HttpMethod.Post, Plain, unknown.ToJsonString()), 400, 400, "infrastructure");

        await Succeeds(fixture.Client.SendJsonAsync(HttpMethod.Post, Plain, Named("codes").ToJsonString()));
        unknown = Named("codes");
        unknown["project_key"] = "yaml";
        unknown["build_os"] = "nothing";
        await Fails(await fixture.Client.SendJsonAsync(HttpMethod.Put, Plain, unknown.ToJsonString()), 400, 6521, "nothing");

        await Fails(await fixture.Client.SendJsonAsync(HttpMethod.Put, Plain, Named("code").ToJsonString()), 404, 6521, "codes");
        await Fails(await fixture.Client.GetAsync("/openapi/build/code/detail?projectKey=yaml"), 404, 6523, "codes");
        await Fails(await fixture.Client.DeleteAsync("/openapi/build?name=code&projectKey=yaml"), 404, 6524, "codes");
        await Fails(await fixture.Client.DeleteAsync("/openapi/build?name=codes&projectKey="), 400, 400, "projectKey");
        await Fails(
            await fixture.Client.GetAsync("/openapi/build/codes/detail?projectKey=yaml&serviceName=service9"), 404, 6523, "service1");
        await Fails(await fixture.App.Anonymous.GetAsync(Plain), 401, 401, "token");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"name\":")]
    [InlineData("{\"name\":\"a\",\"name\":\"b\"}")]
    [InlineData("{\"name\":\"\\ud800\"}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{\"name\":\"a\\u0000b\"}")]
    [InlineData("{\"advanced_settings\":{\"timeout\":1e999}}")]
    [InlineData("{\"name\":7,\"services\":{},\"parameters\":[[],null]}")]
    public async Task What_is_not_a_build_is_answered_with_400_and_a_reason(string body) =>
        await Fails(await fixture.Client.SendJsonAsync(HttpMethod.Post, Plain, body), 400, 400, "");

    [Fact]
    public async Task Deep_nesting_is_answered_with_400()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":[", 5000));
        await Fails(await fixture.Client.SendJsonAsync(HttpMethod.Post, Plain, deep), 400, 400, "");
    }

    [Theory]
    [InlineData("pageNum=-1", "pageNum")]
    [InlineData("pageSize=ten", "pageSize")]
    [InlineData("sort=colour", "sort")]
    public async Task Wrong_pages_are_named(string query, string field) =>
        await Fails(await fixture.Client.GetAsync($"{Plain}&{query}"), 400, 400, field);

    [Fact]
    public async Task Lists_are_paged_sorted_searched_and_filtered()
    {
        foreach (var name in (string[])["list-b", "list-a", "list-c"])
        {
            var body = Named(name);
            body["project_key"] = "demo";
            body["services"]![0]!["service_name"] = name;
            await Succeeds(fixture.Client.SendJsonAsync(HttpMethod.Post, "/openapi/build", body.ToJsonString()));
        }
        Assert.Equal(["list-b", "list-a", "list-c"], await NamesAsync("search=list-"));
        Assert.Equal(["list-a", "list-b", "list-c"], await NamesAsync("search=list-&sort=name"));
        Assert.Equal(["list-c"], await NamesAsync("search=list-&sort=name&pageNum=2&pageSize=2"));
        Assert.Equal(["list-a"], await NamesAsync("service_name=list-a"));
        Assert.Equal(["list-b", "list-a", "list-c"], await NamesAsync("search=list-&pageNum=&pageSize=0"));
    }

    private async Task<IReadOnlyList<string>> NamesAsync(string query) =>
        [.. (await GetAsync(fixture.Client, $"/openapi/build?projectKey=demo&{query}"))["builds"]!.AsArray().Select(b => (string)b!["name"]!)];

    private Task<HttpResponseMessage> PutAsync(string body, EntityTagHeaderValue tag)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, Plain) { Content = new StringContent(body) };
        request.Headers.IfMatch.Add(tag);
        return fixture.Client.SendAsync(request);
    }

    private Task<JsonNode> DetailAsync(string name) => GetAsync(fixture.Client, $"/openapi/build/{name}/detail?projectKey=yaml");

    private static JsonObject Named(string name)
    {
        var body = Example.Create();
        body["name"] = name;
        return body;
    }

    private static async Task<JsonNode> GetAsync(HttpClient client, string path)
    {
        var answer = await client.GetAsync(path);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.JsonAsync();
    }

    private static async Task Succeeds(Task<HttpResponseMessage> call)
    {
        var answer = await call;
        Assert.Equal("{\"message\":\"success\"}", await answer.Content.ReadAsStringAsync());
    }

    private static async Task Fails(HttpResponseMessage answer, int status, int code, string says)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == (int)answer.StatusCode, text);
        var body = JsonNode.Parse(text)!;
        Assert.Equal(("error", code), ((string?)body["type"], (int)body["code"]!));
        Assert.NotEqual("", (string?)body["message"]);
        Assert.Contains(says, (string?)body["description"]);
    }

    private static void SameShape(JsonNode? document, JsonNode? answer)
    {
        Assert.Equal(document!.GetValueKind() is System.Text.Json.JsonValueKind.True ? System.Text.Json.JsonValueKind.False : document.GetValueKind(),
            answer!.GetValueKind() is System.Text.Json.JsonValueKind.True ? System.Text.Json.JsonValueKind.False : answer.GetValueKind());
        switch (document)
        {
            case JsonObject shown:
                var keys = answer.AsObject().Select(p => p.Key).Where(shown.ContainsKey);
                Assert.Equal(shown.Select(p => p.Key), keys);
                foreach (var (key, value) in shown)
                {
                    SameShape(value, answer[key]);
                }
                break;
            case JsonArray { Count: > 0 } shown when answer.AsArray().Count > 0:
                SameShape(shown[0], answer[0]);
                break;
        }
    }
}
