using System.Net;
using Kiln.Server.Identity;
using Kiln.Tests.Fixtures;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Time.Testing;

namespace Kiln.Tests.Server.Identity;

public sealed class RoleTests : IAsyncLifetime
{
    private const string Build = """
        {"name":"NAME","project_key":"PROJECT","infrastructure":"vm","build_os":"ubuntu 20.04","script_type":"shell",
         "installs":[],"build_script":"true","services":[]}
        """;

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private KilnApp _app = null!;

    public async ValueTask InitializeAsync() =>
        _app = await KilnApp.StartAsync(_time, options => options).WithDocumentCatalogueAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public void Every_endpoint_declares_who_may_call_it()
    {
        var silent = _app.Get<EndpointDataSource>().Endpoints
            .Where(endpoint => endpoint.Metadata.GetMetadata<AccessRule>() is null)
            .Select(endpoint => endpoint.DisplayName);

        Assert.Empty(silent);
    }

    [Theory]
    [InlineData("viewer", "read")]
    [InlineData("runner", "read run")]
    [InlineData("editor", "read run edit")]
    [InlineData("owner", "read run edit own")]
    public async Task A_role_may_what_the_table_says_and_the_refusal_names_the_role_that_is_missing(string role, string verbs)
    {
        await PostAsync(_app.Admin, "/openapi/build", Named("yaml", "mine"));
        var caller = await TokenAsync($$"""{"name":"t","kind":"user","grants":[{"project_key":"yaml","role":"{{role}}"}]}""");

        foreach (var (verb, needed, call) in Calls)
        {
            var answer = await call(caller);
            if (verbs.Split(' ').Contains(verb))
            {
                Assert.True(answer.IsSuccessStatusCode, $"{verb}: {await answer.Content.ReadAsStringAsync()}");
            }
            else
            {
                Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
                Assert.Contains($"needs the role {needed} in project \"yaml\"", (string?)(await answer.JsonAsync())["description"]);
            }
        }
    }

    [Fact]
    public async Task A_token_limited_to_verbs_may_no_more_than_those_whatever_its_role()
    {
        var caller = await TokenAsync("""{"name":"t","kind":"user","grants":[{"project_key":"yaml","role":"owner"}],"verbs":["read"]}""");

        Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync("/openapi/build?projectKey=yaml")).StatusCode);
        var refused = await PostAsync(caller, "/openapi/build", Named("yaml", "mine"));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("limited", await refused.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Lists_show_what_the_caller_may_see_and_suggestions_too()
    {
        await PostAsync(_app.Admin, "/openapi/projects/project", """{"project_key":"hidden-one"}""");
        await PostAsync(_app.Admin, "/openapi/build", Named("hidden-one", "secret-build"));
        await PostAsync(_app.Admin, "/openapi/build/secret-build/runs?projectKey=hidden-one", "{}");
        await PostAsync(_app.Admin, "/openapi/system/cluster", """{"name":"hidden-cluster","project_names":["hidden-one"]}""");
        var caller = await TokenAsync("""{"name":"t","kind":"user","grants":[{"project_key":"yaml","role":"owner"}]}""");

        foreach (var path in (string[])["/openapi/projects/project", "/openapi/runs", "/openapi/system/cluster"])
        {
            Assert.DoesNotContain("hidden", await caller.GetStringAsync(path));
        }
        var typo = await PostAsync(caller, "/openapi/system/codehosts?projectKey=yaml", """{"name":"x","type":"nonsense"}""");
        Assert.DoesNotContain("hidden", await typo.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_run_of_a_project_that_the_caller_cannot_see_is_not_there()
    {
        await PostAsync(_app.Admin, "/openapi/build", Named("demo", "other"));
        var run = (long)(await (await PostAsync(_app.Admin, "/openapi/build/other/runs?projectKey=demo", "{}")).JsonAsync())["run_id"]!;
        var caller = await TokenAsync("""{"name":"t","kind":"user","grants":[{"project_key":"yaml","role":"owner"}]}""");

        Assert.Equal(HttpStatusCode.NotFound, (await caller.GetAsync($"/openapi/runs/{run}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync(caller, $"/openapi/runs/{run}/cancel", "")).StatusCode);
    }

    [Fact]
    public async Task A_token_is_refused_from_the_second_on_that_it_expires()
    {
        var end = _time.GetUtcNow().AddMinutes(1).ToUnixTimeSeconds();
        var caller = await TokenAsync($$"""{"name":"t","kind":"user","expires_time":{{end}}}""");
        Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync("/openapi/projects/project")).StatusCode);

        _time.Advance(TimeSpan.FromMinutes(1));

        var late = await caller.GetAsync("/openapi/projects/project");
        Assert.Equal(HttpStatusCode.Unauthorized, late.StatusCode);
        Assert.Contains("expired", await late.Content.ReadAsStringAsync());
    }

    private static IEnumerable<(string Verb, string Needed, Func<HttpClient, Task<HttpResponseMessage>> Call)> Calls =>
    [
        ("read", "viewer", client => client.GetAsync("/openapi/build/mine/detail?projectKey=yaml")),
        ("run", "runner", client => PostAsync(client, "/openapi/build/mine/runs?projectKey=yaml", "{}")),
        ("edit", "editor", client => PostAsync(client, "/openapi/build", Named("yaml", "made"))),
        ("own", "owner", client => client.SendJsonAsync(
            HttpMethod.Put, "/openapi/projects/project?projectKey=yaml", """{"project_name":"new name"}""")),
    ];

    private async Task<HttpClient> TokenAsync(string body)
    {
        var answer = await PostAsync(_app.Admin, "/openapi/system/tokens", body);
        return _app.Client((string?)(await answer.JsonAsync())["token"]);
    }

    private static string Named(string project, string name) =>
        Build.Replace("PROJECT", project, StringComparison.Ordinal).Replace("NAME", name, StringComparison.Ordinal);

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string path, string body) =>
        client.SendJsonAsync(HttpMethod.Post, path, body);
}
