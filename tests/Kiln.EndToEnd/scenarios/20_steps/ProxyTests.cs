using System.Text;
using System.Text.Json.Nodes;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>A machine that reaches the world through a real forward proxy, and some of it directly.</summary>
public sealed class ProxyTests : IAsyncLifetime
{
    private readonly Scratch _scratch = new();
    private readonly FileSite _site = new("tool\n"u8.ToArray());
    private GitHost _git = null!;
    private HttpProxy _proxy = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        var repositories = new GitDirectory(_scratch);
        repositories.Commit("team/shop.git", "refs/heads/main", "a.txt", "through the proxy\n");
        _git = new GitHost(repositories);
        _proxy = new HttpProxy(new Dictionary<string, int>
        {
            ["git.kiln.invalid"] = _git.Port, ["files.kiln.invalid"] = new Uri(_site.Address).Port,
        });
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _git.DisposeAsync();
        await _site.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task Commits_sources_and_packages_come_through_it_and_what_is_excepted_comes_directly()
    {
        await using var server = await KilnServer.StartAsync(_scratch, ["--demo"], Proxied(), Token);
        await CodeHostAsync(server, "far", "http://git.kiln.invalid");
        await CodeHostAsync(server, "near", $"http://127.0.0.1:{_git.Port}");
        await PackageAsync(server, "far-tool", "http://files.kiln.invalid/tool");
        await PackageAsync(server, "near-tool", $"{_site.Address}/tool");

        var far = await RunAsync(server, "far");
        var asked = _proxy.Requests.ToArray();
        var near = await RunAsync(server, "near");

        Assert.True(far.Status == RunStatus.Passed, far.Message);
        Assert.Contains("GET http://git.kiln.invalid/team/shop.git/info/refs?service=git-upload-pack HTTP/1.1", asked);
        Assert.Contains("GET http://files.kiln.invalid/tool HTTP/1.1", asked);
        Assert.True(near.Status == RunStatus.Passed, near.Message);
        Assert.Equal(asked, _proxy.Requests);
    }

    [Fact]
    public async Task A_host_that_the_proxy_does_not_know_is_unreachable()
    {
        await using var server = await KilnServer.StartAsync(_scratch, ["--demo"], Proxied(), Token);
        await PackageAsync(server, "strange-tool", "http://strange.kiln.invalid/tool");
        await CodeHostAsync(server, "strange", "https://strange.kiln.invalid");

        Assert.Equal(RunReason.CodeHostUnreachable, (await RunAsync(server, "strange")).Reason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_image_build_has_it_only_where_it_is_enabled(bool isEnabled)
    {
        await using var registry = await ImageRegistry.StartAsync(_scratch, Token);
        await using var server = await KilnServer.StartAsync(
            _scratch, ["--demo"], [.. Proxied(), .. await ImageHost.EnvironmentAsync(_scratch, Token)], Token);
        await server.UseAsync(registry.Host, ImageRegistry.Password, Token);
        var builds = new BuildDriver(server);

        var run = await builds.RunAsync(
            "image",
            """
            cp /bin/busybox .
            printf 'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "wget", "-q", "-O", "/page", "http://files.kiln.invalid/page"]\n' > Dockerfile
            """,
            Token,
            body => body["docker_build_step"] = new JsonObject
            {
                ["dockerfile_source"] = "local",
                ["dockerfile_directory"] = "",
                ["build_context_dir"] = "",
                ["build_args"] = "",
                ["enable_proxy"] = isEnabled,
            });

        var log = Encoding.UTF8.GetString(await builds.LogAsync(run.RunId, "", Token));
        Assert.True((isEnabled ? RunStatus.Passed : RunStatus.Failed) == run.Status, log);
        Assert.Equal(isEnabled, _proxy.Requests.Contains("GET http://files.kiln.invalid/page HTTP/1.1"));
        Assert.DoesNotContain(_proxy.Requests, request => request.Contains("127.0.0.1", StringComparison.Ordinal));
    }

    private (string Name, string Value)[] Proxied() =>
        [("http_proxy", _proxy.Address), ("https_proxy", _proxy.Address), ("no_proxy", "127.0.0.1,localhost")];

    private static Task CodeHostAsync(KilnServer server, string name, string address) =>
        server.PostAsync("openapi/system/codehosts", new JsonObject { ["name"] = name, ["type"] = "other", ["address"] = address }, Token);

    private Task PackageAsync(KilnServer server, string name, string url) =>
        server.PostAsync("openapi/system/packages", new JsonObject
        {
            ["name"] = name,
            ["version"] = "1.0",
            ["scripts"] = "cp ${FILEPATH} $HOME/tool",
            ["bin_path"] = "$HOME",
            ["download_path"] = url,
            ["sha256"] = _site.Sha256,
        }, Token);

    private static Task<RunView> RunAsync(KilnServer server, string place) => new BuildDriver(server).RunAsync(
        place, "cat shop/a.txt", Token, body =>
        {
            body["installs"] = new JsonArray(new JsonObject { ["name"] = $"{place}-tool", ["version"] = "1.0" });
            body["repo_info"] = new JsonArray(new JsonObject
            {
                ["codehost_name"] = place, ["repo_namespace"] = "team", ["repo_name"] = "shop", ["branch"] = "main",
            });
        });
}
