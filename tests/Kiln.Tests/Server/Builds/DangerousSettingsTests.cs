using System.Net;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Builds;

public sealed class DangerousSettingsTests(DocumentApp document) : IClassFixture<DocumentApp>
{
    [Theory]
    [InlineData("privileged", "\"privileged_mode\":true")]
    [InlineData("host_docker", "\"use_host_docker_daemon\":true")]
    [InlineData("static_pvcs", """
        "storages":{"enabled":true,"storages_properties":[{"provision_type":"static","pvc":"c","mount_path":"/m","subpath":""}]}
        """)]
    public async Task A_setting_that_reaches_beyond_the_run_is_refused_until_an_administrator_allows_it(string word, string setting)
    {
        var project = $"careful-{word.Replace('_', '-')}";
        await document.Client.SendJsonAsync(HttpMethod.Post, "/openapi/projects/project", $$"""{"project_key":"{{project}}"}""");
        var body = $$"""
            {"name":"b","project_key":"{{project}}","infrastructure":"kubernetes","build_os":"ubuntu 20.04","script_type":"shell",
             "installs":[],"build_script":"true","services":[],"advanced_settings":{ {{setting}} } }
            """;

        var refused = await document.Client.SendJsonAsync(HttpMethod.Post, "/openapi/build", body);
        await document.Client.SendJsonAsync(
            HttpMethod.Put, $"/openapi/projects/project?projectKey={project}", $$"""{"allowed_settings":["{{word}}"]}""");
        var taken = await document.Client.SendJsonAsync(HttpMethod.Post, "/openapi/build", body);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains($"\"{word}\" in allowed_settings", Assert.Single(await refused.ErrorsAsync()));
        Assert.True(taken.IsSuccessStatusCode, await taken.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_owner_cannot_allow_them_to_the_own_project()
    {
        var token = await (await document.Client.SendJsonAsync(HttpMethod.Post, "/openapi/system/tokens", """
            {"name":"owner-of-demo","kind":"user","grants":[{"project_key":"demo","role":"owner"}]}
            """)).JsonAsync();
        var owner = document.App.Client((string?)token["token"]);

        var more = await owner.SendJsonAsync(HttpMethod.Put, "/openapi/projects/project?projectKey=demo", """{"allowed_settings":["privileged"]}""");
        var same = await owner.SendJsonAsync(HttpMethod.Put, "/openapi/projects/project?projectKey=demo", """{"description":"mine"}""");

        Assert.Equal(HttpStatusCode.BadRequest, more.StatusCode);
        Assert.Contains("Only an administrator", Assert.Single(await more.ErrorsAsync()));
        Assert.Equal(HttpStatusCode.OK, same.StatusCode);
    }
}
