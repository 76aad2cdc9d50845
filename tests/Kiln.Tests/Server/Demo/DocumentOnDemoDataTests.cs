using Kiln.Tests.Fixtures;
using Kiln.Tests.Server.Builds;

namespace Kiln.Tests.Server.Demo;

public sealed class DocumentOnDemoDataTests
{
    [Fact]
    public async Task The_documents_requests_can_be_pasted_as_they_stand()
    {
        await using var app = await KilnApp.StartAsync(options => options with { Demo = true });
        (HttpMethod Method, string Path, string? Body)[] calls =
        [
            (HttpMethod.Post, "/openapi/build?projectKey=yaml", "create.json"),
            (HttpMethod.Put, "/openapi/build?projectKey=yaml", "update.json"),
            (HttpMethod.Post, "/openapi/build?source=template", "create-from-template.json"),
            (HttpMethod.Put, "/openapi/build/demo-build/template?projectKey=demo", "update-from-template.json"),
            (HttpMethod.Get, "/openapi/build?projectKey=yaml&pageNum=1&pageSize=20", null),
            (HttpMethod.Get, "/openapi/build/api-test/detail?projectKey=yaml&serviceName=service1&serviceModule=service1", null),
            (HttpMethod.Delete, "/openapi/build?name=api-test&projectKey=yaml", null),
        ];
        foreach (var (method, path, body) in calls)
        {
            var answer = body is null
                ? await app.Admin.SendAsync(new HttpRequestMessage(method, path))
                : await app.Admin.SendJsonAsync(method, path, Example.Text(body));
            Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {await answer.Content.ReadAsStringAsync()}");
        }
    }
}
