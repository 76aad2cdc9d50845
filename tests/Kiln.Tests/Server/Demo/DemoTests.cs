using System.Net;
using Kiln.Server.CodeHosts;
using Kiln.Server.Identity;
using Kiln.Tests.Fixtures;
using Kiln.Tests.Server.Builds;

namespace Kiln.Tests.Server.Demo;

public sealed class DemoTests : IAsyncLifetime
{
    private KilnApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await KilnApp.StartAsync(options => options with { Demo = true });

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_server_with_demo_is_ready_only_with_its_data_and_has_what_the_document_names()
    {
        Assert.Equal(HttpStatusCode.OK, (await _app.Anonymous.GetAsync("/readyz")).StatusCode);
        Assert.Equal(["demo", "yaml"], await NamesAsync("/openapi/projects/project", "projects", "project_key"));
        Assert.Equal(["github-demo", "gitlab"], await NamesAsync("/openapi/system/codehosts", "codehosts", "name"));
        Assert.Equal(["go"], await NamesAsync("/openapi/system/packages", "packages", "name"));
        Assert.Contains("demo-template", await _app.Admin.GetStringAsync("/openapi/templates/builds"));
        Assert.Contains("优先调度", await _app.Admin.GetStringAsync("/openapi/system/cluster"));
        var build = await (await _app.Admin.GetAsync("/openapi/build/hello-kiln/detail?projectKey=yaml")).JsonAsync();
        Assert.Equal("vm", (string?)build["infrastructure"]);
    }

    [Theory]
    [InlineData("create.json", "/openapi/build?projectKey=yaml")]
    [InlineData("create-from-template.json", "/openapi/build?source=template")]
    public async Task The_documents_examples_can_be_pasted(string example, string path)
    {
        var answer = await _app.Admin.SendJsonAsync(HttpMethod.Post, path, Example.Text(example));

        Assert.Equal("""{"message":"success"}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_github_site_can_be_cloned_by_anyone()
    {
        using var here = new TempDirectory();

        var (code, said) = await Git.RunAsync(
            "clone", $"{await AddressAsync("github-demo")}kr-test-org/zadig.git", here.Path + "/zadig");

        Assert.True(code == 0, said);
        Assert.Contains("aslan:", File.ReadAllText(here.Path + "/zadig/Makefile"));
    }

    [Fact]
    public async Task The_gitlab_site_wants_the_token_that_its_code_host_has()
    {
        using var here = new TempDirectory();
        var address = await AddressAsync("gitlab");

        var (refused, _) = await Git.RunAsync(
            "clone", $"{address}/kr-test-org1/multi-service-demo.git", here.Path + "/refused");
        var (code, said) = await Git.RunAsync(
            "clone", "--branch", "main", $"http://oauth2:{await TokenAsync()}@{address.Authority}/kr-test-org1/multi-service-demo",
            here.Path + "/demo");

        Assert.NotEqual(0, refused);
        Assert.True(code == 0, said);
        Assert.True(File.Exists(here.Path + "/demo/Dockerfile"));
        Assert.Contains("build-service2", File.ReadAllText(here.Path + "/demo/Makefile"));
    }

    [Fact]
    public async Task A_restart_changes_nothing_and_keeps_what_a_user_changed()
    {
        const string change = """{"name": "github-demo", "type": "github", "address": "http://127.0.0.1:9/elsewhere"}""";
        var changed = await _app.Admin.SendJsonAsync(HttpMethod.Put, "/openapi/system/codehosts/github-demo", change);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        var gitlab = await AddressAsync("gitlab");

        _app = await _app.RestartAsync(TimeProvider.System);

        Assert.Equal(gitlab, await AddressAsync("gitlab"));
        Assert.Equal(new Uri("http://127.0.0.1:9/elsewhere"), await AddressAsync("github-demo"));
        Assert.Equal(["demo", "yaml"], await NamesAsync("/openapi/projects/project", "projects", "project_key"));
    }

    private async Task<Uri> AddressAsync(string codeHost)
    {
        var host = await (await _app.Admin.GetAsync($"/openapi/system/codehosts/{codeHost}")).JsonAsync();
        return new Uri((string)host["address"]!);
    }

    private async Task<string> TokenAsync()
    {
        var stored = await _app.Get<CodeHostStore>().GetAsync("", "gitlab", TestContext.Current.CancellationToken);
        return _app.Get<SecretVault>().Unseal(stored!.Value.Secret);
    }

    private async Task<IReadOnlyList<string>> NamesAsync(string path, string list, string key)
    {
        var answer = await (await _app.Admin.GetAsync(path)).JsonAsync();
        return [.. answer[list]!.AsArray().Select(item => (string)item![key]!).Order(StringComparer.Ordinal)];
    }
}
