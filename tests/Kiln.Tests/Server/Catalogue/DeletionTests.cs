using System.Net;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Catalogue;

public sealed class DeletionTests : IAsyncLifetime
{
    private const string Build = """
        {"name":"uses-all","project_key":"yaml","infrastructure":"vm","build_os":"ubuntu 20.04","script_type":"shell",
         "installs":[{"name":"go","version":"1.20.7"}],"build_script":"true",
         "services":[{"service_name":"web","service_module":"web"}],
         "repo_info":[{"codehost_name":"gitlab","repo_namespace":"o","repo_name":"r","branch":"main"}],
         "advanced_settings":{"cluster_name":"local-20250523164625"}}
        """;

    private KilnApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await KilnApp.StartAsync().WithDocumentCatalogueAsync();
        await PostAsync("/openapi/services", """{"project_key":"yaml","service_name":"web"}""");
        var answer = await PostAsync("/openapi/build", Build);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("/openapi/system/build-images/ubuntu 20.04")]
    [InlineData("/openapi/system/packages/go/1.20.7")]
    [InlineData("/openapi/system/codehosts/gitlab")]
    [InlineData("/openapi/system/cluster/local-20250523164625")]
    [InlineData("/openapi/services/web?projectKey=yaml")]
    [InlineData("/openapi/projects/project?projectKey=yaml")]
    public async Task What_a_build_uses_is_not_deleted_and_the_answer_names_the_build(string address)
    {
        var answer = await _app.Admin.DeleteAsync(address);

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains("uses-all", (string?)(await answer.JsonAsync())["description"]);
    }

    [Fact]
    public async Task A_code_host_of_the_system_is_free_where_the_project_has_its_own_of_that_name()
    {
        await PostAsync("/openapi/system/codehosts", """{"name":"gitlab","project_key":"yaml","type":"gitlab"}""");

        Assert.Equal(HttpStatusCode.OK, (await _app.Admin.DeleteAsync("/openapi/system/codehosts/gitlab")).StatusCode);
        Assert.Equal(
            HttpStatusCode.Conflict, (await _app.Admin.DeleteAsync("/openapi/system/codehosts/gitlab?projectKey=yaml")).StatusCode);
    }

    [Fact]
    public async Task A_project_goes_with_all_that_is_defined_in_it_when_that_is_asked_for()
    {
        var answer = await _app.Admin.DeleteAsync("/openapi/projects/project?projectKey=yaml&isDelete=true");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _app.Admin.DeleteAsync("/openapi/system/codehosts/gitlab")).StatusCode);
    }

    [Fact]
    public async Task A_project_that_a_token_has_a_role_in_stays_even_then()
    {
        await PostAsync("/openapi/system/tokens", """{"name":"ci","kind":"user","grants":[{"project_key":"yaml","role":"viewer"}]}""");

        var answer = await _app.Admin.DeleteAsync("/openapi/projects/project?projectKey=yaml&isDelete=true");

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains("token \"ci\"", (string?)(await answer.JsonAsync())["description"]);
    }

    [Fact]
    public async Task A_definition_deleted_since_it_was_read_does_not_match_its_successor()
    {
        var images = "/openapi/system/build-images";
        await PostAsync(images, """{"label":"a","value":"a:1"}""");
        var tag = (await _app.Admin.GetAsync($"{images}/a")).Headers.ETag!.ToString();
        await _app.Admin.DeleteAsync($"{images}/a");
        await PostAsync(images, """{"label":"a","value":"a:2"}""");
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"{images}/a");
        request.Headers.TryAddWithoutValidation("If-Match", tag);

        Assert.Equal(HttpStatusCode.PreconditionFailed, (await _app.Admin.SendAsync(request)).StatusCode);
    }

    private Task<HttpResponseMessage> PostAsync(string path, string body) => _app.Admin.SendJsonAsync(HttpMethod.Post, path, body);
}
