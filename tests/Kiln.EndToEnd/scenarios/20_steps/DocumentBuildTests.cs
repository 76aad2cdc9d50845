using System.Text;
using System.Text.Json.Nodes;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>The document's create example, unchanged but for its infrastructure, runs on a host with everything in it:
/// package, cache, checkout, make, an image in a registry with a login.</summary>
public sealed class DocumentBuildTests : IDisposable
{
    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task The_document_s_example_runs_on_a_host_with_buildah_alone_and_its_second_run_hits_the_cache() =>
        await RunTwiceAsync(await ImageHost.EnvironmentAsync(_scratch, Token), "with buildah: KILN_IMAGE_ENGINE asks for it");

    [Fact]
    public async Task The_document_s_example_runs_on_a_host_with_BuildKit_and_its_second_run_hits_the_cache()
    {
        await using var docker = await DockerHost.StartAsync(_scratch, Token);
        await RunTwiceAsync(docker.Environment, "with docker: KILN_IMAGE_ENGINE asks for it");
    }

    private async Task RunTwiceAsync((string Name, string Value)[] environment, string choice)
    {
        await using var registry = await ImageRegistry.StartAsync(_scratch, Token);
        await using var site = new FileSite(GoPackage.Archive());
        await using var server = await StartAsync(environment, registry, site);
        var builds = new BuildDriver(server);

        var first = await builds.EndAsync(await StartRunAsync(builds), Token);
        var second = await builds.EndAsync(await StartRunAsync(builds), Token);

        Assert.True(first.Status == RunStatus.Passed, await LogAsync(builds, first.RunId));
        Assert.Equal(
            ["cache_restore", "checkout", "installs", "script", "image", "cache_save"], first.Steps.Select(step => step.Name));
        var image = Output(first, "IMAGE");
        Assert.StartsWith($"{registry.Host}/team/service1:", image);
        Assert.Equal(await registry.DigestAsync(image, Token), Output(first, "IMAGE_DIGEST"));
        var artifact = (await ArtifactsAsync(server, first.RunId)).Single()!;
        Assert.Equal(("image", image), ((string)artifact["kind"]!, (string)artifact["path"]!));
        Assert.Equal(Output(first, "IMAGE_DIGEST"), (string)artifact["digest"]!);
        Assert.True((long)artifact["size"]! > 0);
        Assert.NotEmpty(artifact["layers"]!.AsArray());
        Assert.Equal(first.Repos.Single().CommitId, (string)artifact["commits"]![0]!["commit_id"]!);
        Assert.Contains(choice, await LogAsync(builds, first.RunId));

        Assert.True(second.Status == RunStatus.Passed, await LogAsync(builds, second.RunId));
        Assert.Contains("cache: hit", await LogAsync(builds, second.RunId));
        Assert.Contains("go 1.20.7 is installed", await LogAsync(builds, second.RunId));
        Assert.Equal(1, site.Requests);
        Assert.DoesNotContain(ImageRegistry.Password, await LogAsync(builds, first.RunId));
        Assert.NotEqual(image, Output(second, "IMAGE"));
    }

    private async Task<KilnServer> StartAsync((string Name, string Value)[] environment, ImageRegistry registry, FileSite site)
    {
        // The demo leaves alone what is there: so the package comes from a site that can be reached here.
        await using (var before = await KilnServer.StartAsync(_scratch, [], environment, Token))
        {
            await before.PostAsync("openapi/system/packages", new JsonObject
            {
                ["name"] = "go",
                ["version"] = "1.20.7",
                ["scripts"] = "tar -C $HOME -xzf ${FILEPATH}",
                ["bin_path"] = "$HOME/go/bin",
                ["download_path"] = $"{site.Address}/go1.20.7.linux-amd64.tar.gz",
                ["sha256"] = site.Sha256,
            }, Token);
            await before.UseAsync(registry.Host, ImageRegistry.Password, Token);
        }
        var server = await KilnServer.StartAsync(_scratch, ["--demo"], environment, Token);
        var example = JsonNode.Parse(await File.ReadAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "Document", "create.json"), Token))!;
        example["infrastructure"] = "vm";
        await server.PostAsync("openapi/build?projectKey=yaml", example, Token);
        return server;
    }

    private static Task<long> StartRunAsync(BuildDriver builds) =>
        builds.StartAsync("api-test", Token, new RunRequest { ServiceName = "service1", ServiceModule = "service1" });

    private static async Task<JsonArray> ArtifactsAsync(KilnServer server, long runId) =>
        JsonNode.Parse(await server.Http.GetStringAsync($"openapi/runs/{runId}/artifacts", Token))!["artifacts"]!.AsArray();

    private static async Task<string> LogAsync(BuildDriver builds, long runId) =>
        Encoding.UTF8.GetString(await builds.LogAsync(runId, "", Token));

    private static string Output(RunView run, string name) => run.Outputs.Single(output => output.Name == name).Value;
}
