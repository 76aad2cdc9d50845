namespace Kiln.Tests.Fixtures;

/// <summary>Gives a server, by its own API, what the document's example requests name.</summary>
public static class DocumentCatalogue
{
    private static readonly (string Path, string Body)[] Definitions =
    [
        ("/openapi/projects/project", """{"project_key":"yaml","project_name":"yaml","allowed_settings":["privileged","host_docker","static_pvcs"]}"""),
        ("/openapi/projects/project", """{"project_key":"demo","project_name":"demo","allowed_settings":["privileged","host_docker","static_pvcs"]}"""),
        ("/openapi/system/codehosts", """{"name":"gitlab","type":"gitlab","address":"https://gitlab.example.com","auth_type":"token","token":"host-token"}"""),
        ("/openapi/system/codehosts", """{"name":"github-demo","type":"github","address":"https://github.example.com"}"""),
        ("/openapi/system/packages", """{"name":"go","version":"1.20.7","scripts":"true"}"""),
        ("/openapi/system/cluster", """{"name":"local-20250523164625","strategies":[{"strategy_name":"优先调度"}]}"""),
        ("/openapi/templates/builds", """
            {"name":"demo-template","infrastructure":"vm","build_os":"ubuntu 20.04","installs":[],"script_type":"shell",
             "build_script":"echo $name","parameters":[
               {"key":"name","type":"string","default_value":"nobody"},
               {"key":"password","type":"string","default_value":"initial-secret","is_credential":true}]}
            """),
    ];

    public static async Task<KilnApp> WithDocumentCatalogueAsync(this Task<KilnApp> starting)
    {
        var app = await starting;
        foreach (var (path, body) in Definitions)
        {
            var answer = await app.Admin.SendJsonAsync(HttpMethod.Post, path, body);
            Assert.True(answer.IsSuccessStatusCode, $"{path}: {await answer.Content.ReadAsStringAsync()}");
        }
        return app;
    }
}

/// <summary>One server with the document's catalogue, shared by the tests of a class; each uses names of its own.</summary>
public sealed class DocumentApp : IAsyncLifetime
{
    public KilnApp App { get; private set; } = null!;

    public HttpClient Client => App.Admin;

    public async ValueTask InitializeAsync() => App = await KilnApp.StartAsync().WithDocumentCatalogueAsync();

    public ValueTask DisposeAsync() => App.DisposeAsync();
}
