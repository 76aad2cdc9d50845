using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Builds;

/// <summary>Which builds a change of a template changes, and that a run follows the template as it is.</summary>
public sealed class TemplateBuildsTests : IAsyncLifetime
{
    private KilnApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await KilnApp.StartAsync().WithDocumentCatalogueAsync();
        await PostAsync("/openapi/templates/dockerfiles", new JsonObject { ["name"] = "plain-file", ["content"] = "FROM scratch\n" });
        await PostAsync("/openapi/templates/builds", Template("echo one"));
        await PostAsync("/openapi/build?source=template", new JsonObject
        {
            ["name"] = "from-template",
            ["project_key"] = "yaml",
            ["template_name"] = "with-image",
            ["target_services"] = new JsonArray(new JsonObject
            {
                ["service_name"] = "web", ["service_module"] = "web", ["repo_info"] = new JsonArray(), ["inputs"] = new JsonArray(),
            }),
        });
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_template_names_its_builds_and_a_Dockerfile_template_those_behind_a_build_template_too()
    {
        var direct = await GetAsync("/openapi/templates/builds/with-image/builds");
        var through = await GetAsync("/openapi/templates/dockerfiles/plain-file/builds");

        Assert.Equal("""{"total":1,"builds":[{"project_key":"yaml","name":"from-template"}]}""", direct.ToJsonString());
        Assert.Equal(
            """{"total":1,"builds":[{"project_key":"yaml","name":"from-template","via":"with-image"}]}""", through.ToJsonString());
        using var missing = await _app.Admin.GetAsync("/openapi/templates/builds/nothing/builds");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task A_run_follows_the_template_as_it_is_then_and_names_its_revision()
    {
        var first = await RunAsync();
        using var changed = await _app.Admin.PutAsJsonAsync("/openapi/templates/builds/with-image", Template("echo two"));
        Assert.True(changed.IsSuccessStatusCode, await changed.Content.ReadAsStringAsync());
        var second = await RunAsync();

        Assert.Equal(("with-image", 1), ((string)first["template_name"]!, (int)first["template_revision"]!));
        Assert.Equal(2, (int)second["template_revision"]!);
    }

    private static JsonObject Template(string script) => new()
    {
        ["name"] = "with-image",
        ["infrastructure"] = "vm",
        ["build_os"] = "ubuntu 20.04",
        ["script_type"] = "shell",
        ["installs"] = new JsonArray(),
        ["build_script"] = script,
        ["docker_build_step"] = new JsonObject
        {
            ["dockerfile_source"] = "template", ["template_name"] = "plain-file", ["build_context_dir"] = "", ["build_args"] = "",
        },
    };

    private async Task<JsonNode> RunAsync()
    {
        if ((await (await _app.Admin.GetAsync("/openapi/system/registry")).JsonAsync()).AsArray().Count == 0)
        {
            await PostAsync("/openapi/system/registry", new JsonObject
            {
                ["address"] = "registry.example.com", ["namespace"] = "team", ["provider"] = "native", ["is_default"] = true,
            });
        }
        var started = await PostAsync("/openapi/build/from-template/runs?projectKey=yaml", []);
        return await GetAsync($"/openapi/runs/{started["run_id"]}");
    }

    private async Task<JsonNode> GetAsync(string path)
    {
        using var answer = await _app.Admin.GetAsync(path);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.JsonAsync();
    }

    private async Task<JsonNode> PostAsync(string path, JsonObject body)
    {
        using var answer = await _app.Admin.PostAsJsonAsync(path, body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.JsonAsync();
    }
}
