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

    private static readonly Ask Version = new("get", "version", "version");

    public string Namespace => namespaceName;

    /// <summary>Told of every request, by verb (as Kubernetes names them) and resource.</summary>
    public Action<string, string> Asks { get; init; } = static (_, _) => { };

    /// <summary>Whether it answers.</summary>
    public Task<KubernetesCall<bool>> PingAsync(CancellationToken cancellationToken) =>
        SendAsync(Version, static (_, _) => Task.FromResult(true), cancellationToken);

    /// <summary>Its version, for example <c>v1.34.1</c>; empty when its answer names none.</summary>
    public Task<KubernetesCall<string>> VersionAsync(CancellationToken cancellationToken) =>
        SendAsync(Version, VersionOfAsync, cancellationToken);

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
            var call = await SendAsync(new Ask("list", resource.Plural, path), Reading(resource.List), cancellationToken);
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
        where T : IKubernetesObject =>
        SendAsync(new Ask("get", resource.Plural, $"{PathOf(resource)}/{name}"), Reading(resource.One), cancellationToken);

    public Task<KubernetesCall<T>> CreateAsync<T>(Resource<T> resource, T made, CancellationToken cancellationToken)
        where T : IKubernetesObject =>
        SendAsync(
            new Ask("create", resource.Plural, PathOf(resource), JsonContent.Create(made, resource.One)), Reading(resource.One), cancellationToken);

    /// <summary>Makes an object go together with its owner.</summary>
    public Task<KubernetesCall<bool>> AdoptAsync<T>(
        Resource<T> resource, string name, OwnerReference owner, CancellationToken cancellationToken)
        where T : IKubernetesObject =>
        SendAsync(
            new Ask("patch", resource.Plural, $"{PathOf(resource)}/{name}", JsonContent.Create(
                new OwnerPatch(new([owner])), KubernetesJson.Default.OwnerPatch, new("application/merge-patch+json"))),
            static (_, _) => Task.FromResult(true),
            cancellationToken);

    /// <summary>Deletes an object and, after it, what it owns. Done also when there is none.</summary>
    public async Task<KubernetesCall<bool>> DeleteAsync<T>(
        Resource<T> resource, string name, int? graceSeconds, CancellationToken cancellationToken)
        where T : IKubernetesObject
    {
        var call = await SendAsync(
            new Ask("delete", resource.Plural, $"{PathOf(resource)}/{name}", JsonContent.Create(
                new DeleteOptions("Background", graceSeconds), KubernetesJson.Default.DeleteOptions)),
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
        try
        {
            var ask = new Ask("watch", resource.Plural, path);
            var response = await AskAsync(ask, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
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

    // The one way to the wire.
    private async Task<HttpResponseMessage> AskAsync(Ask ask, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        Asks(ask.Verb, ask.Resource);
        using var request = new HttpRequestMessage(ask.Method, ask.Path) { Content = ask.Content };
        return await http.SendAsync(request, completion, cancellationToken);
    }

    private async Task<KubernetesCall<T>> SendAsync<T>(
        Ask ask, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            using var response = await AskAsync(ask, HttpCompletionOption.ResponseContentRead, patience.Token);
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

    /// <summary>One request: its verb and resource as Kubernetes names them, and what goes over the wire.</summary>
    private sealed record Ask(string Verb, string Resource, string Path, HttpContent? Content = null)
    {
        public HttpMethod Method => Verb switch
        {
            "create" => HttpMethod.Post,
            "patch" => HttpMethod.Patch,
            "delete" => HttpMethod.Delete,
            _ => HttpMethod.Get,
        };
    }
}
