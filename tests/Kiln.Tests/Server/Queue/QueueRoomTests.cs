using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Queue;

public sealed class QueueRoomTests
{
    [Fact]
    public async Task A_full_queue_answers_429_with_the_time_to_try_again_and_takes_runs_when_there_is_room()
    {
        await using var app = await KilnApp.StartAsync(options => options with { MaxQueued = 2 });
        await DefineAsync(app);
        Assert.Equal(HttpStatusCode.Accepted, (await StartAsync(app)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await StartAsync(app)).StatusCode);

        using var refused = await StartAsync(app);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("5", refused.Headers.GetValues("Retry-After").Single());
        Assert.Contains("2 runs wait already", await refused.Content.ReadAsStringAsync());
        await new FakeAgent(app, capacity: 1).TakeAsync();
        Assert.Equal(HttpStatusCode.Accepted, (await StartAsync(app)).StatusCode);
    }

    [Fact]
    public async Task A_policy_is_kept_shown_and_checked()
    {
        await using var app = await KilnApp.StartAsync();
        await DefineAsync(app, new JsonObject { ["max_running"] = 3, ["cancel_older"] = true, ["retries"] = 2, ["keep_workspace_minutes"] = 90 });

        var detail = await app.Admin.GetFromJsonAsync<JsonObject>("openapi/build/queued/detail?projectKey=room");
        Assert.Equal(
            """{"max_running":3,"cancel_older":true,"retries":2,"keep_workspace_minutes":90}""",
            detail!["spec"]!["run_policy"]!.ToJsonString());

        using var wrong = await app.Admin.PostAsJsonAsync(
            "openapi/build?projectKey=room", Build("wrong", new JsonObject { ["max_running"] = -1, ["retries"] = 9, ["keep_workspace_minutes"] = 10081 }));
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        var said = await wrong.Content.ReadAsStringAsync();
        Assert.Contains("run_policy.max_running", said);
        Assert.Contains("run_policy.retries", said);
        Assert.Contains("run_policy.keep_workspace_minutes", said);
    }

    private static Task<HttpResponseMessage> StartAsync(KilnApp app) =>
        app.Admin.PostAsJsonAsync("openapi/build/queued/runs?projectKey=room", new JsonObject());

    private static async Task DefineAsync(KilnApp app, JsonObject? policy = null)
    {
        using var project = await app.Admin.PostAsJsonAsync(
            "openapi/projects/project", new JsonObject { ["project_key"] = "room", ["project_name"] = "room", ["max_running"] = 7 });
        Assert.True(project.IsSuccessStatusCode, await project.Content.ReadAsStringAsync());
        using var build = await app.Admin.PostAsJsonAsync("openapi/build?projectKey=room", Build("queued", policy));
        Assert.True(build.IsSuccessStatusCode, await build.Content.ReadAsStringAsync());
    }

    private static JsonObject Build(string name, JsonObject? policy) => new()
    {
        ["name"] = name,
        ["project_key"] = "room",
        ["infrastructure"] = "vm",
        ["build_os"] = "ubuntu 20.04",
        ["script_type"] = "shell",
        ["installs"] = new JsonArray(),
        ["services"] = new JsonArray(),
        ["build_script"] = "true",
        ["run_policy"] = policy,
    };
}
