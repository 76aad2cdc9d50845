using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Kiln.EndToEnd.Harness;

/// <summary>Starts servers whose host builds images with buildah, in a storage of the test's own.</summary>
public static class ImageHost
{
    /// <summary>Environment of such a server.</summary>
    /// <param name="scratch">The test's directory.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="storage">Where images lie, below the directory.</param>
    public static async Task<(string Name, string Value)[]> EnvironmentAsync(
        Scratch scratch, CancellationToken cancellationToken, string storage = "images")
    {
        await File.WriteAllTextAsync(scratch["storage.conf"], $"""
            [storage]
            driver = "vfs"
            graphroot = "{scratch[storage]}"
            runroot = "{scratch["images-run"]}"
            """, cancellationToken);
        return [("CONTAINERS_STORAGE_CONF", scratch["storage.conf"]), ("KILN_IMAGE_ENGINE", "buildah")];
    }

    /// <summary>Makes a registry the default one of a server.</summary>
    public static Task UseAsync(this KilnServer server, string host, string password, CancellationToken cancellationToken) =>
        server.PostAsync("openapi/system/registry", new JsonObject
        {
            ["address"] = $"http://{host}",
            ["namespace"] = "team",
            ["provider"] = "native",
            ["is_default"] = true,
            ["access_key"] = ImageRegistry.User,
            ["secret_key"] = password,
        }, cancellationToken);

    /// <summary>Posts a body that must be taken.</summary>
    public static async Task PostAsync(this KilnServer server, string path, JsonNode body, CancellationToken cancellationToken)
    {
        using var answer = await server.Http.PostAsJsonAsync(path, body, cancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
    }
}
