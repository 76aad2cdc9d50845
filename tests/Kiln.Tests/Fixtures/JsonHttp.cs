using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Kiln.Tests.Fixtures;

/// <summary>Sends and reads JSON as a client would type it.</summary>
public static class JsonHttp
{
    public static Task<HttpResponseMessage> SendJsonAsync(this HttpClient client, HttpMethod method, string path, string body) =>
        client.SendAsync(new HttpRequestMessage(method, path)
        {
            Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        });

    public static async Task<JsonNode> JsonAsync(this HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return JsonNode.Parse(text) ?? throw new InvalidOperationException($"No JSON in: {text}");
    }

    /// <summary>The answer's errors as <c>field: message</c>.</summary>
    public static async Task<IReadOnlyList<string>> ErrorsAsync(this HttpResponseMessage response) =>
        [.. (await response.JsonAsync())["extra"]!["errors"]!.AsArray().Select(error => $"{error!["field"]}: {error["message"]}")];
}
