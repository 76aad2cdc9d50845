using System.Net;
using System.Text.Json.Nodes;
using Kiln.Tests.Fixtures;
using Kiln.Tests.Server.Builds;

namespace Kiln.Tests.Server.Catalogue;

/// <summary><c>dry_run=true</c>: everything is checked and shown, nothing is stored.</summary>
public sealed class DryRunTests(DocumentApp document) : IClassFixture<DocumentApp>
{
    private readonly HttpClient _client = document.Client;

    [Fact]
    public async Task A_new_definition_is_shown_as_it_would_be_and_not_stored()
    {
        using var answer = await _client.SendJsonAsync(
            HttpMethod.Post, "/openapi/variables?dry_run=true", """{"key":"DRY","value":"s3cret-value","is_credential":true}""");

        var preview = (await answer.JsonAsync())["preview"]!;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("create", (string?)preview["change"]);
        Assert.Equal("********", (string?)preview["spec"]!["value"]);
        Assert.DoesNotContain("s3cret-value", preview.ToJsonString());
        Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync("/openapi/variables/DRY")).StatusCode);
    }

    [Fact]
    public async Task A_change_names_its_fields_and_a_changed_secret_without_showing_it()
    {
        await _client.SendJsonAsync(HttpMethod.Post, "/openapi/variables", """{"key":"ONE","value":"first-value","is_credential":true}""");

        var same = await PreviewAsync("""{"key":"ONE","value":"first-value","is_credential":true}""");
        var kept = await PreviewAsync("""{"key":"ONE","value":"********","is_credential":true}""");
        var other = await PreviewAsync("""{"key":"ONE","value":"other-value","is_credential":true,"description":"new"}""");

        Assert.Equal("none", (string?)same["change"]);
        Assert.Equal("none", (string?)kept["change"]);
        Assert.Equal(["value", "description"], other["changes"]!.AsArray().Select(change => (string?)change!["path"]));
        Assert.DoesNotContain("other-value", other.ToJsonString());
        Assert.Equal(1, (int)(await (await _client.GetAsync("/openapi/variables/ONE")).JsonAsync())["revision"]!);

        async Task<JsonNode> PreviewAsync(string body) =>
            (await (await _client.SendJsonAsync(HttpMethod.Put, "/openapi/variables/ONE?dry_run=true", body)).JsonAsync())["preview"]!;
    }

    [Fact]
    public async Task A_build_is_checked_with_all_its_violations_and_says_what_would_settle_them()
    {
        var body = JsonNode.Parse(Example.Text("create.json"))!.AsObject();
        body["name"] = "dry";
        body["build_os"] = "no such image";

        using var answer = await _client.SendJsonAsync(HttpMethod.Post, "/openapi/build?projectKey=yaml&dry_run=true", body.ToJsonString());

        var error = (await answer.JsonAsync())["extra"]!["errors"]![0]!;
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("build image", (string?)error["about"]!["kind"]);
        Assert.Equal("no such image", (string?)error["about"]!["name"]);
    }

    [Fact]
    public async Task A_builds_preview_masks_its_credentials_and_stores_nothing()
    {
        var body = JsonNode.Parse(Example.Text("create.json"))!.AsObject();
        body["name"] = "dry-build";

        using var answer = await _client.SendJsonAsync(HttpMethod.Post, "/openapi/build?projectKey=yaml&dry_run=true", body.ToJsonString());

        var preview = (await answer.JsonAsync())["preview"]!;
        Assert.Equal("create", (string?)preview["change"]);
        Assert.Equal("dry-build", (string?)preview["spec"]!["name"]);
        Assert.DoesNotContain("abc123", preview.ToJsonString());
        Assert.Equal(
            HttpStatusCode.NotFound, (await _client.GetAsync("/openapi/build/dry-build/detail?projectKey=yaml")).StatusCode);
    }

    [Fact]
    public async Task A_dry_run_is_no_change_in_the_audit_record_and_another_word_for_it_is_refused()
    {
        using var odd = await _client.SendJsonAsync(HttpMethod.Post, "/openapi/variables?dry_run=yes", """{"key":"X","value":""}""");
        await _client.SendJsonAsync(HttpMethod.Post, "/openapi/variables?dry_run=true", """{"key":"UNRECORDED","value":""}""");

        var records = (await (await _client.GetAsync("/openapi/system/audit?pageSize=1000")).JsonAsync())["records"]!.AsArray();

        Assert.Equal(HttpStatusCode.BadRequest, odd.StatusCode);
        Assert.DoesNotContain(records, record => ((string)record!["path"]!).Contains("dry_run=true"));
    }
}
