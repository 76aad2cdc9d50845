using System.Net;
using System.Text;
using System.Text.Json;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>The document's seven calls, pasted as they stand against a demo server.</summary>
public sealed class DocumentTests : IDisposable
{
    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task All_seven_succeed_in_their_order()
    {
        await using var server = await KilnServer.StartAsync(_scratch, Token);

        await SucceedsAsync(server, HttpMethod.Post, "openapi/build?projectKey=yaml", "create.json");
        await SucceedsAsync(server, HttpMethod.Put, "openapi/build?projectKey=yaml", "update.json");
        await SucceedsAsync(server, HttpMethod.Post, "openapi/build?source=template", "create-from-template.json");
        await SucceedsAsync(server, HttpMethod.Put, "openapi/build/demo-build/template?projectKey=demo", "update-from-template.json");

        var list = await GetAsync(server, "openapi/build?projectKey=yaml&pageNum=1&pageSize=20");
        Assert.Contains(list.GetProperty("builds").EnumerateArray(), build => build.GetProperty("name").GetString() == "api-test");
        var detail = await GetAsync(
            server, "openapi/build/api-test/detail?projectKey=yaml&serviceName=service1&serviceModule=service1");
        Assert.Equal("api-test", detail.GetProperty("name").GetString());
        Assert.DoesNotContain("abc123", detail.GetRawText());

        await SucceedsAsync(server, HttpMethod.Delete, "openapi/build?name=api-test&projectKey=yaml", body: null);
        using var gone = await server.Http.GetAsync(
            "openapi/build/api-test/detail?projectKey=yaml&serviceName=service1&serviceModule=service1", Token);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    private static async Task SucceedsAsync(KilnServer server, HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(
                await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Document", body), Token), Encoding.UTF8, "application/json");
        }
        using var answer = await server.Http.SendAsync(request, Token);
        var text = await answer.Content.ReadAsStringAsync(Token);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{method} {path}: {text}");
        Assert.Equal("""{"message":"success"}""", text);
    }

    private static async Task<JsonElement> GetAsync(KilnServer server, string path) =>
        JsonDocument.Parse(await server.Http.GetStringAsync(path, Token)).RootElement;
}
