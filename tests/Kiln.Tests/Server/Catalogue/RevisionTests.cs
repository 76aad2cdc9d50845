using System.Net;
using System.Text.Json.Nodes;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Catalogue;

public sealed class RevisionTests(DocumentApp document) : IClassFixture<DocumentApp>
{
    private readonly HttpClient _client = document.Client;

    [Fact]
    public async Task A_definition_keeps_who_changed_it_and_what_it_was()
    {
        await SendAsync(HttpMethod.Post, "/openapi/system/build-images", """{"label":"kept","value":"a:1"}""");
        await SendAsync(HttpMethod.Put, "/openapi/system/build-images/kept", """{"value":"a:2"}""");

        var list = await GetAsync("/openapi/system/build-images/kept/revisions");
        var first = await GetAsync("/openapi/system/build-images/kept/revisions/1");

        Assert.Equal(["updated", "created"], list["revisions"]!.AsArray().Select(revision => (string?)revision!["change"]));
        Assert.All(list["revisions"]!.AsArray(), revision => Assert.Equal("admin", (string?)revision!["changed_by"]));
        Assert.Equal("a:1", (string?)first["spec"]!["value"]);
    }

    [Fact]
    public async Task A_difference_names_fields_and_a_changed_secret_without_showing_it()
    {
        const string path = "/openapi/system/codehosts/differs";
        await SendAsync(HttpMethod.Post, "/openapi/system/codehosts", Host("one", "first-secret"));
        await SendAsync(HttpMethod.Put, path, Host("two", "other-secret"));
        await SendAsync(HttpMethod.Put, path, Host("three", "********"));

        var both = await GetAsync($"{path}/revisions/diff?from=1&to=2");
        var kept = await GetAsync($"{path}/revisions/diff?from=2&to=3");

        Assert.Equal(["token", "description"], Paths(both));
        Assert.Equal(["description"], Paths(kept));
        Assert.DoesNotContain("secret", both.ToJsonString());

        static string Host(string description, string token) => $$"""
            {"name":"differs","type":"gitlab","auth_type":"token","token":"{{token}}","description":"{{description}}"}
            """;
    }

    [Fact]
    public async Task A_build_comes_back_as_it_was_with_its_credentials()
    {
        await SendAsync(HttpMethod.Post, "/openapi/build", Build("echo one", "the-first-secret"));
        await SendAsync(HttpMethod.Put, "/openapi/build", Build("echo two", "the-second-secret"));

        await SendAsync(HttpMethod.Post, "/openapi/build/back/revisions/1/restore?projectKey=yaml", "");

        var difference = await GetAsync("/openapi/build/back/revisions/diff?projectKey=yaml&from=1&to=3");
        Assert.Empty(difference["changes"]!.AsArray());
        Assert.Equal("echo one", (string?)(await GetAsync("/openapi/build/back/detail?projectKey=yaml"))["build_script"]);

        static string Build(string script, string secret) => $$"""
            {"name":"back","project_key":"yaml","infrastructure":"vm","build_os":"ubuntu 20.04","script_type":"shell","installs":[],
             "build_script":"{{script}}","services":[],
             "parameters":[{"key":"p","type":"string","default_value":"{{secret}}","is_credential":true}]}
            """;
    }

    [Fact]
    public async Task A_revision_that_never_was_is_404() => Assert.Equal(
        HttpStatusCode.NotFound, (await _client.GetAsync("/openapi/projects/project/revisions/99?projectKey=yaml")).StatusCode);

    private static IEnumerable<string?> Paths(JsonNode difference) =>
        difference["changes"]!.AsArray().Select(change => (string?)change!["path"]);

    private async Task SendAsync(HttpMethod method, string path, string body)
    {
        var answer = await _client.SendJsonAsync(method, path, body);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {await answer.Content.ReadAsStringAsync()}");
    }

    private async Task<JsonNode> GetAsync(string path)
    {
        var answer = await _client.GetAsync(path);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {await answer.Content.ReadAsStringAsync()}");
        return await answer.JsonAsync();
    }
}
