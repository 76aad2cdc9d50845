using System.Net;
using System.Text;
using Kiln.Server.Storage.Documents;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Planning;

/// <summary>A run reads of the catalogue what its build names, however much else there is.</summary>
public sealed class RunCatalogueTests : IAsyncLifetime
{
    private KilnApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await KilnApp.StartAsync();
        await PostAsync("/openapi/projects/project", """{"project_key":"demo","project_name":"demo"}""");
        await PostAsync("/openapi/system/codehosts", """{"name":"gitlab","type":"other","address":"https://git.example.com","auth_type":"none"}""");
        await PostAsync("/openapi/system/packages", """{"name":"go","version":"1.22","file_url":"https://example.com/go.tgz","scripts":"true","bin_path":"/x","enabled":true}""");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task What_the_build_does_not_name_is_not_read()
    {
        await DefineAsync();
        await BreakAsync();
        var run = await PostAsync("/openapi/build/named/runs?projectKey=demo", "{}");
        Assert.Equal(HttpStatusCode.Accepted, run.Status);
    }

    [Fact]
    public async Task What_is_missing_is_told_with_what_there_is_instead()
    {
        await DefineAsync();
        await _app.Get<DocumentStore>().UpdateAsync(
            "build", "demo", "named", null,
            build => build.Json.Replace("\"gitlab\"", "\"gitlob\"", StringComparison.Ordinal), "test", default);
        var refused = await PostAsync("/openapi/build/named/runs?projectKey=demo", "{}");
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("Nearest: \\\"gitlab\\\"", refused.Text.Replace("\\u0022", "\\\"", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private async Task DefineAsync()
    {
        var defined = await PostAsync("/openapi/build?projectKey=demo", """
            {"name":"named","project_key":"demo","infrastructure":"vm","build_os":"ubuntu 20.04","script_type":"shell",
             "installs":[{"name":"go","version":"1.22"}],"services":[{"service_name":"svc","service_module":"mod"}],"build_script":"true",
             "repo_info":[{"codehost_name":"gitlab","repo_namespace":"org","repo_name":"repo","branch":"main"}]}
            """);
        Assert.True(defined.Status == HttpStatusCode.OK, defined.Text);
    }

    // Read, these would end in an error of the server: they are not JSON.
    private async Task BreakAsync()
    {
        var store = _app.Get<DocumentStore>();
        foreach (var (kind, project) in ((string, string)[])[
            ("project", ""), ("codehost", ""), ("codehost", "demo"), ("service", "demo"), ("package", ""), ("buildimage", ""),
            ("buildtemplate", ""), ("dockerfile", ""), ("build", "demo")])
        {
            Assert.IsType<CreateOutcome.Created>(await store.CreateAsync(kind, project, "broken", "not JSON", "test", default));
        }
    }

    private async Task<(HttpStatusCode Status, string Text)> PostAsync(string path, string body)
    {
        using var answer = await _app.Admin.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
