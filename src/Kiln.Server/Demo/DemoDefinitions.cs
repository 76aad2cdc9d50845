using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Kiln.Server.Http;
using Kiln.Server.Identity;

namespace Kiln.Server.Demo;

/// <summary>
/// Everything that the API document's examples name, loaded as any client would: request bodies to the server's own
/// listener. What is there already stays as it is, so loading again changes nothing that a user changed.
/// </summary>
internal sealed class DemoDefinitions(PublicAddress address, AdminToken token)
{
    /// <summary>Loads them, in the order of the file.</summary>
    /// <param name="values">What stands in the bodies for addresses and secrets of this machine, by placeholder.</param>
    /// <param name="moved">True when definitions with such values are to be replaced where they are there already.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DemoException">The server refused one.</exception>
    public async Task LoadAsync(
        IReadOnlyDictionary<string, string> values, bool moved, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = address.Local };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Value);
        using var definitions = JsonDocument.Parse(DemoContent.File("definitions.json"));
        foreach (var definition in definitions.RootElement.EnumerateArray())
        {
            var body = values.Aggregate(
                definition.GetProperty("body").GetRawText(), (text, value) => text.Replace(value.Key, value.Value, StringComparison.Ordinal));
            var post = definition.GetProperty("post").GetString()!;
            var isThere = !await SendAsync(client, HttpMethod.Post, post, body, cancellationToken);
            if (isThere && moved && definition.TryGetProperty("put", out var put))
            {
                await SendAsync(client, HttpMethod.Put, put.GetString()!, body, cancellationToken);
            }
        }
    }

    /// <returns>False when the name is taken.</returns>
    private static async Task<bool> SendAsync(
        HttpClient client, HttpMethod method, string path, string body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        using var answer = await client.SendAsync(request, cancellationToken);
        if (answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.Conflict)
        {
            return answer.IsSuccessStatusCode;
        }
        throw new DemoException(
            $"The demo data was refused: {method} {path} was answered {(int)answer.StatusCode} "
            + await answer.Content.ReadAsStringAsync(cancellationToken));
    }
}
