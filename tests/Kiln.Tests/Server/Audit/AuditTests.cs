using System.Text.Json.Nodes;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Audit;

public sealed class AuditTests : IAsyncLifetime
{
    private KilnApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await KilnApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Every_change_and_every_refused_attempt_is_recorded_newest_first()
    {
        await _app.Admin.SendJsonAsync(HttpMethod.Post, "/openapi/projects/project", """{"project_key":"one"}""");
        await _app.Anonymous.GetAsync("/openapi/projects/project");
        await _app.Admin.SendJsonAsync(HttpMethod.Post, "/openapi/projects/project", """{"project_key":"one"}""");
        await _app.Admin.GetAsync("/openapi/projects/project");

        var records = await ListAsync("");

        Assert.Equal([409, 401, 200], records.Select(record => (int)record!["status"]!));
        Assert.Equal(["admin", "", "admin"], records.Select(record => (string)record!["actor"]!));
        Assert.StartsWith("There is a project", (string?)records[0]!["outcome"]);
        Assert.Equal("done", (string?)records[2]!["outcome"]);
    }

    [Fact]
    public async Task The_record_is_filtered_by_who_where_and_outcome_and_paged()
    {
        foreach (var key in (string[])["one", "two", "two"])
        {
            await _app.Admin.SendJsonAsync(HttpMethod.Post, "/openapi/projects/project", $$"""{"project_key":"{{key}}"}""");
        }
        await _app.Admin.SendJsonAsync(HttpMethod.Put, "/openapi/projects/project?projectKey=one", """{"description":"x"}""");

        Assert.Single(await ListAsync("?projectKey=one"));
        Assert.Single(await ListAsync("?outcome=refused"));
        Assert.Empty(await ListAsync("?actor=nobody"));
        Assert.Equal("PUT", (string?)Assert.Single(await ListAsync("?pageSize=1"))!["method"]);
    }

    [Fact]
    public async Task A_secret_in_a_body_never_reaches_the_record()
    {
        await _app.Admin.SendJsonAsync(HttpMethod.Post, "/openapi/system/codehosts", """{"name":"g","type":"gitlab","auth_type":"token","token":"s3cret-value"}""");

        Assert.DoesNotContain("s3cret-value", await _app.Admin.GetStringAsync("/openapi/system/audit"));
    }

    private async Task<JsonArray> ListAsync(string query) =>
        (await (await _app.Admin.GetAsync("/openapi/system/audit" + query)).JsonAsync())["records"]!.AsArray();
}
