using System.Net;
using System.Text.Json.Nodes;
using Kiln.Contracts.Protocol;
using Kiln.Server.Queue.Hosts;
using Kiln.Tests.Fixtures;
using Kiln.Tests.Runner;

namespace Kiln.Tests.Server.Explanations;

public sealed class ExplanationTests : IAsyncLifetime
{
    private readonly TestRepo _repo = new("shop");
    private KilnApp _app = null!;
    private string _head = "";

    public async ValueTask InitializeAsync()
    {
        _head = _repo.Commit("main", "a.txt", "a", "First").Commit!;
        _app = await KilnApp.StartAsync();
        await PostAsync("/openapi/projects/project", new JsonObject { ["project_name"] = "shop", ["project_key"] = "shop" });
        await PostAsync("/openapi/system/codehosts", new JsonObject
        {
            ["name"] = "files", ["type"] = "other", ["address"] = $"file://{Path.GetDirectoryName(Path.GetDirectoryName(_repo.Path))}",
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _repo.Dispose();
    }

    [Fact]
    public async Task It_says_commits_steps_masked_variables_and_where_the_run_would_go_and_stores_nothing()
    {
        await DefineAsync("main");

        var waiting = await ExplainAsync();
        await _app.Get<HostRoster>().SeenAsync(
            new AgentInfo("agent-1", "big-one", "", RunnerProtocol.Version, "", "", ["big"], 2, ["shell"], Draining: false), default);
        var ready = await ExplainAsync();

        Assert.True((bool)ready["can_run"]!);
        Assert.Equal(_head, (string)ready["repos"]![0]!["commit_id"]!);
        Assert.Equal(["checkout", "script", "reports"], ready["steps"]!.AsArray().Select(step => (string)step!["name"]!));
        Assert.Equal("run the build script (shell, 2 lines)", (string)ready["steps"]![1]!["does"]![0]!);
        var token = ready["variables"]!.AsArray().Single(variable => (string)variable!["name"]! == "TOKEN")!;
        Assert.Equal(("********", true), ((string)token["value"]!, (bool)token["is_credential"]!));
        Assert.DoesNotContain("s3cret-value", ready.ToJsonString());
        Assert.Equal("waits", (string)waiting["place"]!["status"]!);
        Assert.StartsWith("No host has joined yet", (string)waiting["place"]!["message"]!);
        Assert.Equal(
            ("ready", "On big-one: it has the label big and shell scripts."),
            ((string)ready["place"]!["status"]!, (string)ready["place"]!["message"]!));
        Assert.Equal(0, (int)(await (await _app.Admin.GetAsync("/openapi/runs")).JsonAsync())["total"]!);
    }

    [Fact]
    public async Task What_is_missing_is_all_named()
    {
        await DefineAsync("gone");

        var branch = await ExplainAsync();
        var asked = await ExplainAsync(new JsonObject { ["inputs"] = new JsonArray(new JsonObject { ["key"] = "tokn", ["value"] = "x" }) });

        Assert.False((bool)branch["can_run"]!);
        Assert.Equal("repo_info[0]", (string)branch["missing"]![0]!["field"]!);
        Assert.EndsWith("has no branch gone.", (string)branch["missing"]![0]!["message"]!);
        Assert.Equal("inputs[0].key", (string)asked["missing"]![0]!["field"]!);
    }

    [Fact]
    public async Task A_build_that_is_not_there_is_404_and_names_the_nearest()
    {
        await DefineAsync("main");

        using var answer = await _app.Admin.GetAsync("/openapi/build/shp/explain?projectKey=shop");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("\\\"shop\\\"", await answer.Content.ReadAsStringAsync());
    }

    private Task DefineAsync(string branch) => PostAsync("/openapi/build?projectKey=shop", new JsonObject
    {
        ["name"] = "shop",
        ["project_key"] = "shop",
        ["infrastructure"] = "vm",
        ["build_os"] = "ubuntu 20.04",
        ["script_type"] = "shell",
        ["installs"] = new JsonArray(),
        ["services"] = new JsonArray(),
        ["build_script"] = "echo one\necho two\n",
        ["vm_labels"] = new JsonArray("big"),
        ["reports"] = new JsonObject { ["junit"] = new JsonArray("*.xml") },
        ["parameters"] = new JsonArray(new JsonObject
        {
            ["key"] = "TOKEN", ["type"] = "string", ["is_credential"] = true, ["default_value"] = "s3cret-value",
        }),
        ["repo_info"] = new JsonArray(new JsonObject
        {
            ["codehost_name"] = "files",
            ["repo_namespace"] = Path.GetFileName(Path.GetDirectoryName(_repo.Path)),
            ["repo_name"] = "shop",
            ["branch"] = branch,
        }),
    });

    private async Task<JsonNode> ExplainAsync(JsonObject? body = null)
    {
        const string Path = "/openapi/build/shop/explain?projectKey=shop";
        return body is null ? await (await _app.Admin.GetAsync(Path)).JsonAsync() : await PostAsync(Path, body);
    }

    private async Task<JsonNode> PostAsync(string path, JsonObject body)
    {
        using var content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        using var answer = await _app.Admin.PostAsync(path, content);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }
}
