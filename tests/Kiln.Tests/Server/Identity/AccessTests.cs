using System.Net;
using System.Text.Json.Nodes;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Identity;

public sealed class AccessTests : IAsyncLifetime
{
    private KilnApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await KilnApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_call_without_a_token_is_401_and_says_how_to_send_one()
    {
        var answer = await _app.Anonymous.GetAsync("/openapi/projects/project");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        var body = await answer.JsonAsync();
        Assert.Equal(401, (int?)body["code"]);
        Assert.Contains("Authorization: Bearer", body.ToJsonString());
    }

    [Fact]
    public async Task A_token_that_nobody_made_is_401()
    {
        var answer = await _app.Client("kiln_admin_0000000000000000").GetAsync("/openapi/projects/project");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("error", (string?)(await answer.JsonAsync())["type"]);
    }

    [Fact]
    public async Task A_user_may_read_the_catalogue_and_is_told_which_role_a_change_needs()
    {
        var user = _app.Client((string?)(await CreateTokenAsync("ci", "user"))["token"]);

        var read = await user.GetAsync("/openapi/projects/project");
        var change = await user.SendJsonAsync(HttpMethod.Post, "/openapi/projects/project", """{"project_key": "mine"}""");

        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, change.StatusCode);
        var body = await change.JsonAsync();
        Assert.Equal(403, (int?)body["code"]);
        Assert.Contains("needs the role admin", body.ToJsonString());
    }

    [Fact]
    public async Task An_agents_token_opens_nothing_of_the_api()
    {
        var agent = _app.Client((string?)(await CreateTokenAsync("host-1", "agent"))["token"]);

        Assert.Equal(HttpStatusCode.Forbidden, (await agent.GetAsync("/openapi/projects/project")).StatusCode);
    }

    [Fact]
    public async Task A_token_is_shown_once_and_only_its_hash_is_kept()
    {
        var token = (string)(await CreateTokenAsync("ci", "user"))["token"]!;

        var list = await _app.Admin.GetStringAsync("/openapi/system/tokens");

        Assert.Contains("\"ci\"", list);
        Assert.DoesNotContain(token, list);
        foreach (var file in Directory.EnumerateFiles(_app.Options.Data, "kiln.db*"))
        {
            await using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(content, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(token, await reader.ReadToEndAsync());
        }
    }

    [Fact]
    public async Task A_token_outlives_a_restart_and_dies_when_it_is_deleted()
    {
        var token = (string)(await CreateTokenAsync("ci", "user"))["token"]!;
        _app = await _app.RestartAsync(TimeProvider.System);
        var user = _app.Client(token);
        var before = await user.GetAsync("/openapi/projects/project");

        await _app.Admin.DeleteAsync("/openapi/system/tokens/ci");

        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await user.GetAsync("/openapi/projects/project")).StatusCode);
    }

    private async Task<JsonNode> CreateTokenAsync(string name, string kind) => await (await _app.Admin.SendJsonAsync(
        HttpMethod.Post, "/openapi/system/tokens", $$"""{"name": "{{name}}", "kind": "{{kind}}"}""")).JsonAsync();
}
