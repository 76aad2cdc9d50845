using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kiln.Server.Kubernetes.Objects;

namespace Kiln.Server.Kubernetes.Connections;

/// <summary>The few calls of a cluster's API that Kiln needs, in one namespace. Safe for concurrent use.</summary>
/// <param name="http">See <see cref="KubernetesHttp"/>.</param>
/// <param name="namespaceName">The namespace.</param>
internal sealed class KubernetesApi(HttpClient http, string namespaceName) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public string Namespace => namespaceName;

    /// <summary>Told of every request, by verb (as Kubernetes names them) and resource.</summary>
    public Action<string, string> Asks { get; init; } = static (_, _) => { };

    /// <summary>Whether it answers.</summary>
    public Task<KubernetesCall<bool>> PingAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, "version", content: null, static (_, _) => Task.FromResult(true), cancellationToken);

    /// <summary>Its version, for example <c>v1.34.1</c>; empty when its answer names none.</summary>
    public Task<KubernetesCall<string>> VersionAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, "version", content: null, VersionOfAsync, cancellationToken);

    /// <summary>All objects that a selector finds, page by page.</summary>
    public async Task<KubernetesCall<ObjectList<T>>> ListAsync<T>(
        Resource<T> resource, string selector, CancellationToken cancellationToken)
        where T : IKubernetesObject
    {
        var all = new List<T>();
        var next = "";
        while (true)
        {
            var path = $"{PathOf(resource)}?limit=500&labelSelector={Uri.EscapeDataString(selector)}&continue={Uri.EscapeDataString(next)}";
            Asks("list", resource.Plural);
            var call = await SendAsync(HttpMethod.Get, path, content: null, Reading(resource.List), cancellationToken);
            if (call is not KubernetesCall<ObjectList<T>>.Done { Value: var page })
            {
                return call;
            }
            all.AddRange(page.Items);
            if (string.IsNullOrEmpty(page.Metadata.Continue))
            {
                return new KubernetesCall<ObjectList<T>>.Done(page with { Items = all });
            }
            next = page.Metadata.Continue;
        }
    }

    public Task<KubernetesCall<T>> GetAsync<T>(Resource<T> resource, string name, CancellationToken cancellationToken)
        where T : IKubernetesObject
    {
        Asks("get", resource.Plural);
        return SendAsync(HttpMethod.Get, $"{PathOf(resource)}/{name}", content: null, Reading(resource.One), cancellationToken);
    }

    public Task<KubernetesCall<T>> CreateAsync<T>(Resource<T> resource, T made, CancellationToken cancellationToken)
        where T : IKubernetesObject
    {
        Asks("create", resource.Plural);
        return SendAsync(HttpMethod.Post, PathOf(resource), JsonContent.Create(made, resource.One), Reading(resource.One), cancellationToken);
    }

    /// <summary>Makes an object go together with its owner.</summary>
    public Task<KubernetesCall<bool>> AdoptAsync<T>(
        Resource<T> resource, string name, OwnerReference owner, CancellationToken cancellationToken)
        where T : IKubernetesObject
    {
        Asks("patch", resource.Plural);
        return SendAsync(
            HttpMethod.Patch,
            $"{PathOf(resource)}/{name}",
            JsonContent.Create(
                new OwnerPatch(new([owner])), KubernetesJson.Default.OwnerPatch, new("application/merge-patch+json")),
            static (_, _) => Task.FromResult(true),
            cancellationToken);
    }

    /// <summary>Deletes an object and, after it, what it owns. Done also when there is none.</summary>
    public async Task<KubernetesCall<bool>> DeleteAsync<T>(
        Resource<T> resource, string name, int? graceSeconds, CancellationToken cancellationToken)
        where T : IKubernetesObject
    {
        Asks("delete", resource.Plural);
        var call = await SendAsync(
            HttpMethod.Delete,
            $"{PathOf(resource)}/{name}",
            JsonContent.Create(new DeleteOptions("Background", graceSeconds), KubernetesJson.Default.DeleteOptions),
            static (_, _) => Task.FromResult(true),
            cancellationToken);
        return call is KubernetesCall<bool>.Refused { Status.Code: 404 } ? new KubernetesCall<bool>.Done(true) : call;
    }

    /// <summary>Opens a watch from a resource version on; the caller reads it to its end and disposes it.</summary>
    public async Task<KubernetesCall<HttpResponseMessage>> WatchAsync<T>(
        Resource<T> resource, string selector, string resourceVersion, CancellationToken cancellationToken)
        where T : IKubernetesObject
    {
        var path = $"{PathOf(resource)}?watch=true&allowWatchBookmarks=true&timeoutSeconds=300"
            + $"&labelSelector={Uri.EscapeDataString(selector)}&resourceVersion={Uri.EscapeDataString(resourceVersion)}";
        Asks("watch", resource.Plural);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return new KubernetesCall<HttpResponseMessage>.Done(response);
            }
            using (response)
            {
                return new KubernetesCall<HttpResponseMessage>.Refused(await StatusAsync(response, cancellationToken));
            }
        }
        catch (Exception trouble) when (IsTrouble(trouble, cancellationToken))
        {
            return new KubernetesCall<HttpResponseMessage>.Unreachable(Words(trouble));
        }
    }

    public void Dispose() => http.Dispose();

    /// <summary>What later may cure.</summary>
    public static bool IsTrouble(Exception exception, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested
        && exception is HttpRequestException or IOException or JsonException or OperationCanceledException;

    private string PathOf<T>(Resource<T> resource)
        where T : IKubernetesObject => $"{resource.Group}/namespaces/{namespaceName}/{resource.Plural}";

    private static Func<HttpResponseMessage, CancellationToken, Task<T>> Reading<T>(JsonTypeInfo<T> type) =>
        async (response, cancellationToken) => await response.Content.ReadFromJsonAsync(type, cancellationToken)
            ?? throw new JsonException("null");

    private async Task<KubernetesCall<T>> SendAsync<T>(
        HttpMethod method,
        string path,
        HttpContent? content,
        Func<HttpResponseMessage, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        using var request = new HttpRequestMessage(method, path) { Content = content };
        try
        {
            using var response = await http.SendAsync(request, patience.Token);
            return response.IsSuccessStatusCode
                ? new KubernetesCall<T>.Done(await read(response, patience.Token))
                : response.StatusCode is HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500
                    ? new KubernetesCall<T>.Unreachable($"HTTP {(int)response.StatusCode}: {(await StatusAsync(response, patience.Token)).Message}")
                    : new KubernetesCall<T>.Refused(await StatusAsync(response, patience.Token));
        }
        catch (Exception trouble) when (IsTrouble(trouble, cancellationToken))
        {
            return new KubernetesCall<T>.Unreachable(Words(trouble), (trouble as HttpRequestException)?.HttpRequestError);
        }
    }

    private static async Task<ApiStatus> StatusAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            if (JsonSerializer.Deserialize(text, KubernetesJson.Default.ApiStatus) is { Message.Length: > 0 } status)
            {
                return status with { Code = (int)response.StatusCode };
            }
        }
        catch (JsonException)
        {
            // A proxy's page, not the API server's word.
        }
        return new ApiStatus { Code = (int)response.StatusCode, Message = $"HTTP {(int)response.StatusCode}" };
    }

    private static async Task<string> VersionOfAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
        return answer.RootElement.ValueKind == JsonValueKind.Object
            && answer.RootElement.TryGetProperty("gitVersion", out var version) && version.ValueKind == JsonValueKind.String
            ? version.GetString()!
            : "";
    }

    private static string Words(Exception trouble) => trouble is OperationCanceledException
        ? "it did not answer in time"
        : trouble.InnerException is { } inner ? $"{trouble.Message} ({inner.Message})" : trouble.Message;
}
