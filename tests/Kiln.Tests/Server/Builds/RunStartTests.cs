using System.Net;
using System.Text.Json.Nodes;
using Kiln.Server.Runs;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Builds;

public sealed class RunStartTests(DocumentApp fixture) : IClassFixture<DocumentApp>
{
    [Fact]
    public async Task A_run_is_stored_and_waits()
    {
        await CreateAsync("starts", _ => { });

        var answer = await StartAsync("starts", """{"service_name":"service1"}""");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var started = await answer.JsonAsync();
        Assert.Equal("queued", (string?)started["status"]);
        Assert.Equal($"/openapi/runs/{started["run_id"]}", answer.Headers.Location!.ToString());
        var run = await (await fixture.Client.GetAsync(answer.Headers.Location)).JsonAsync();
        Assert.Equal(("yaml", "starts", "service1"), ((string?)run["project_key"], (string?)run["build_name"], (string?)run["service_name"]));
        Assert.Equal("********", (string?)run["parameters"]![1]!["value"]);
        Assert.Equal("admin", (string?)run["created_by"]);
    }

    [Fact]
    public async Task Secrets_of_a_run_are_sealed_and_its_plan_holds_none()
    {
        await CreateAsync("sealed-run", _ => { });
        var started = await (await StartAsync("sealed-run", """{"service_name":"service1"}""")).JsonAsync();

        var run = await fixture.App.Get<RunStore>().GetAsync((long)started["run_id"]!, TestContext.Current.CancellationToken);

        var plan = System.Text.Json.JsonSerializer.Serialize(run!.Plan, Kiln.Contracts.KilnJson.Default.RunPlan);
        Assert.DoesNotContain("abc123", plan);
        Assert.DoesNotContain("host-token", plan);
        Assert.Contains($"/runs/{started["run_id"]}", plan);
    }

    [Fact]
    public async Task The_same_key_with_the_same_request_is_the_same_run_and_with_another_an_error()
    {
        await CreateAsync("idempotent", _ => { });
        const string body = """{"service_name":"service1"}""";

        var first = await (await StartAsync("idempotent", body, key: "k-1")).JsonAsync();
        var second = await (await StartAsync("idempotent", body, key: "k-1")).JsonAsync();
        Assert.Equal((long)first["run_id"]!, (long)second["run_id"]!);

        var reused = await StartAsync("idempotent", """{"service_name":"service2"}""", key: "k-1");
        Assert.Equal(HttpStatusCode.Conflict, reused.StatusCode);
        var other = await (await StartAsync("idempotent", body, key: "k-2")).JsonAsync();
        Assert.NotEqual((long)first["run_id"]!, (long)other["run_id"]!);
    }

    [Fact]
    public async Task A_request_that_cannot_run_names_everything_and_stores_nothing()
    {
        await CreateAsync("refused", body =>
        {
            body["infrastructure"] = "kubernetes";
            body["installs"] = new JsonArray(new JsonObject { ["name"] = "go", ["version"] = "1.20.7" });
        });

        var answer = await StartAsync("refused", """{"service_name":"service1","inputs":[{"key":"cc","value":"1"}],"registry":"r/n"}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var errors = await answer.ErrorsAsync();
        Assert.Equal(["advanced_settings.cluster_name", "inputs[0].key", "registry"], errors.Select(error => error.Split(':')[0]).Order(StringComparer.Ordinal));
        Assert.Contains(errors, error => error.Contains("The server itself runs in no cluster", StringComparison.Ordinal));
        var runs = await (await fixture.Client.GetAsync("/openapi/build/refused/runs?projectKey=yaml")).JsonAsync();
        Assert.Equal(0, (int)runs["total"]!);
    }

    [Fact]
    public async Task No_body_at_all_runs_a_build_that_needs_no_choice()
    {
        await CreateAsync("bare", body => body["services"] = new JsonArray());
        var answer = await fixture.Client.PostAsync("/openapi/build/bare/runs?projectKey=yaml", content: null);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    [Fact]
    public async Task A_missing_build_is_answered_with_the_nearest_names()
    {
        await CreateAsync("nearly", _ => { });
        var answer = await StartAsync("nearby", "{}");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("nearly", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("""{"inputs":{}}""", "inputs")]
    [InlineData("""{"repo_info":[{"codehost_name":"gitlab"}]}""", "repo_info[0].repo_namespace")]
    [InlineData("""{"repo_info":[{"codehost_name":"g","repo_namespace":"n","repo_name":"r","commit_id":"abc"}]}""", "repo_info[0].commit_id")]
    [InlineData("""{"inputs":[{"key":"a"}]}""", "inputs[0].value")]
    [InlineData("""{"priority":"high"}""", "priority")]
    public async Task A_wrong_request_is_named(string body, string field)
    {
        var errors = await (await StartAsync("whatever", body)).ErrorsAsync();
        Assert.Contains(errors, error => error.StartsWith(field + ":", StringComparison.Ordinal));
    }

    private async Task CreateAsync(string name, Action<JsonObject> change)
    {
        var body = Example.Create();
        body["name"] = name;
        body["infrastructure"] = "vm";
        body["installs"] = new JsonArray();
        body.Remove("docker_build_step");
        body["advanced_settings"]!["cache_setting"] = null;
        change(body);
        var answer = await fixture.Client.SendJsonAsync(HttpMethod.Post, "/openapi/build?projectKey=yaml", body.ToJsonString());
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private Task<HttpResponseMessage> StartAsync(string name, string body, string key = "")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/openapi/build/{name}/runs?projectKey=yaml")
        {
            Content = new StringContent(body),
        };
        if (key.Length > 0)
        {
            request.Headers.Add("Idempotency-Key", key);
        }
        return fixture.Client.SendAsync(request);
    }
}
