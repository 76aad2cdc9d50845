using System.Text;
using System.Text.Json.Nodes;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>Image steps with a real buildah and a real registry: what they do, and how they say what is wrong.</summary>
public sealed class ImageTests : IDisposable
{
    private const string Secret = "t0ken-of-the-build";
    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_template_s_image_gets_its_arguments_all_its_tags_and_the_name_that_the_script_chose()
    {
        await using var registry = await ImageRegistry.StartAsync(_scratch, Token);
        await using var server = await StartAsync(registry.Host, ImageRegistry.Password);
        await server.PostAsync("openapi/templates/dockerfiles", new JsonObject
        {
            ["name"] = "files", ["content"] = "FROM scratch\nARG file=none\nCOPY $file /file\n",
        }, Token);

        var run = await RunAsync(server, "mkdir ctx; echo 'a b' > 'ctx/a b'; IMAGE=$DOCKER_REGISTRY_HOST/team/own:1", step =>
        {
            step["dockerfile_source"] = "template";
            step["template_name"] = "files";
            step["build_context_dir"] = "$WORKSPACE/ctx";
            step["build_args"] = "--build-arg \"file=a b\"";
            step["tags"] = new JsonArray("latest", "$PROJECT");
        });

        Assert.True(run.Status == RunStatus.Passed, run.Message);
        var digest = run.Outputs.Single(output => output.Name == "IMAGE_DIGEST").Value;
        Assert.StartsWith("sha256:", digest);
        foreach (var tag in (string[])["1", "latest", "yaml"])
        {
            Assert.Equal(digest, await registry.DigestAsync($"{registry.Host}/team/own:{tag}", Token));
        }
    }

    [Fact]
    public async Task Layers_are_kept_in_the_registry_and_used_again()
    {
        await using var registry = await ImageRegistry.StartAsync(_scratch, Token);
        await using var server = await StartAsync(registry.Host, ImageRegistry.Password);
        const string Script = "echo same > x; touch -d 2020-01-01 x; printf 'FROM scratch\\nCOPY x /x\\nCOPY x /y\\n' > Dockerfile";

        var run = await RunAsync(server, Script, step => step["registry_cache"] = "$DOCKER_REGISTRY_HOST/team/cache:main");

        Assert.True(run.Status == RunStatus.Passed, run.Message);
        Assert.True(await registry.HasAsync("team/cache", Token));
        var again = await new BuildDriver(server).EndAsync(await new BuildDriver(server).StartAsync("image", Token), Token);
        Assert.True(again.Status == RunStatus.Passed, again.Message);
        Assert.Contains("Cache", Encoding.UTF8.GetString(await new BuildDriver(server).LogAsync(again.RunId, "image", Token)), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("wrong", "FROM scratch", "registry_auth", "Pushing the image failed: the registry refused the user name or password.")]
    [InlineData(ImageRegistry.Password, "", "dockerfile_missing", "There is no Dockerfile at $WORKSPACE/Dockerfile.")]
    [InlineData(ImageRegistry.Password, "FROM scratch\nCOPY nothing /", "image_build_failed", "Building the image failed: ")]
    public async Task What_is_wrong_is_told_apart(string password, string dockerfile, string reason, string message)
    {
        await using var registry = await ImageRegistry.StartAsync(_scratch, Token);
        await using var server = await StartAsync(registry.Host, password);

        var run = await RunAsync(server, dockerfile.Length == 0 ? "true" : $"echo x > x; printf '{dockerfile}\nCOPY x /\n' > Dockerfile", _ => { });

        Assert.Equal((RunStatus.Failed, reason), (run.Status, run.Reason));
        Assert.StartsWith(message, run.Message);
    }

    [Fact]
    public async Task A_registry_that_is_away_is_named()
    {
        await using var server = await StartAsync("127.0.0.1:9", "any");

        var run = await RunAsync(server, "echo x > x; printf 'FROM scratch\\nCOPY x /\\n' > Dockerfile", _ => { });

        Assert.Equal((RunStatus.Failed, "registry_unreachable"), (run.Status, run.Reason));
    }

    private async Task<KilnServer> StartAsync(string registry, string password)
    {
        var server = await KilnServer.StartAsync(
            _scratch, ["--demo"], await ImageHost.EnvironmentAsync(_scratch, Token), Token);
        await server.UseAsync(registry, password, Token);
        return server;
    }

    private static async Task<RunView> RunAsync(KilnServer server, string script, Action<JsonObject> more)
    {
        var builds = new BuildDriver(server);
        var run = await builds.RunAsync("image", script, Token, body =>
        {
            body["parameters"] = new JsonArray(new JsonObject
            {
                ["key"] = "TOKEN", ["type"] = "string", ["is_credential"] = true, ["default_value"] = Secret,
            });
            var step = new JsonObject
            {
                ["dockerfile_source"] = "local",
                ["dockerfile_directory"] = "",
                ["build_context_dir"] = "",
                ["build_args"] = "",
                ["enable_buildkit"] = true,
                ["platforms"] = "",
            };
            more(step);
            body["docker_build_step"] = step;
        });
        var log = Encoding.UTF8.GetString(await builds.LogAsync(run.RunId, "", Token));
        Assert.DoesNotContain(Secret, log);
        return run;
    }
}
