using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kiln.Contracts.Runs;

namespace Kiln.Contracts.Client;

/// <summary>
/// The API of a Kiln server, typed. Safe for concurrent use. Nothing is retried: a caller knows best what may be repeated.
/// </summary>
public sealed class KilnClient : IDisposable
{
    private readonly HttpClient _http;

    /// <param name="server">Root of the server, for example <c>http://127.0.0.1:7070</c>.</param>
    /// <param name="token">Bearer token.</param>
    public KilnClient(Uri server, string token)
    {
        // Followers hold a response open for as long as a run takes.
        _http = new HttpClient { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        Server = server;
    }

    /// <summary>Root of the server.</summary>
    public Uri Server { get; }

    /// <summary>Starts a run of a build.</summary>
    public Task<Answer<RunAccepted>> StartRunAsync(
        string projectKey, string buildName, RunRequest request, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post,
            $"openapi/build/{Uri.EscapeDataString(buildName)}/runs?projectKey={Uri.EscapeDataString(projectKey)}",
            JsonContent.Create(request, ClientJson.Default.RunRequest),
            ClientJson.Default.RunAccepted,
            cancellationToken);

    /// <summary>A run as it stands.</summary>
    public Task<Answer<RunView>> GetRunAsync(long runId, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, $"openapi/runs/{runId}", content: null, ClientJson.Default.RunView, cancellationToken);

    /// <summary>Runs of all builds, newest first.</summary>
    /// <param name="query">Query string without <c>?</c>, for example <c>status=running&amp;pageSize=50</c>; may be empty.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Answer<RunPage>> ListRunsAsync(string query, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, $"openapi/runs?{query}", content: null, ClientJson.Default.RunPage, cancellationToken);

    /// <summary>Asks for a run to be cancelled; it ends a little later.</summary>
    public Task<Answer<JsonElement>> CancelRunAsync(long runId, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, $"openapi/runs/{runId}/cancel", content: null, ClientJson.Default.JsonElement, cancellationToken);

    /// <summary>Why a run stands where it stands.</summary>
    public Task<Answer<RunWhy>> WhyAsync(long runId, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, $"openapi/runs/{runId}/why", content: null, ClientJson.Default.RunWhy, cancellationToken);

    /// <summary>What a run made and keeps.</summary>
    public Task<Answer<RunArtifacts>> ListArtifactsAsync(long runId, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, $"openapi/runs/{runId}/artifacts", content: null, ClientJson.Default.RunArtifacts, cancellationToken);

    /// <summary>Where an artifact is downloaded from.</summary>
    public Uri ArtifactAddress(long runId, string path) =>
        new(Server, $"openapi/runs/{runId}/artifacts/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}");

    /// <summary>Copies the bytes of an artifact and answers how many there were.</summary>
    public Task<Answer<long>> CopyArtifactAsync(long runId, string path, Stream destination, CancellationToken cancellationToken) =>
        CopyAsync(ArtifactAddress(runId, path).PathAndQuery, destination, cancellationToken);

    /// <summary>Copies a run's log as it is stored, byte for byte, and answers how many bytes there were.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="follow">True: until the run has ended and its log is whole.</param>
    /// <param name="destination">Flushed after every piece.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Answer<long>> CopyLogAsync(long runId, bool follow, Stream destination, CancellationToken cancellationToken) =>
        CopyAsync($"openapi/runs/{runId}/log?follow={(follow ? "true" : "false")}", destination, cancellationToken);

    /// <summary>Copies a backup of everything the server keeps; its length in bytes. Cut off, it is <see cref="Answer{T}.Unreachable"/>.</summary>
    /// <param name="keys">True: with the master key and the admin token.</param>
    /// <param name="destination">Flushed after every piece.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Answer<long>> BackupAsync(bool keys, Stream destination, CancellationToken cancellationToken) => CopyAsync(
        HttpMethod.Post, $"openapi/system/backup?keys={(keys ? "true" : "false")}", destination, cancellationToken);

    /// <summary>The states that a run passes through, from the present one on; ends after the final one.</summary>
    /// <exception cref="HttpRequestException">The server cannot be reached or refused.</exception>
    public async IAsyncEnumerable<RunView> WatchRunAsync(long runId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(
            $"openapi/runs/{runId}/events", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
        {
            if (item.EventType == "end")
            {
                yield break;
            }
            if (item.EventType == "status" && JsonSerializer.Deserialize(item.Data, ClientJson.Default.RunView) is { } run)
            {
                yield return run;
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<Answer<T>> SendAsync<T>(
        HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T> shape, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            using var response = await _http.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                return await RefusalAsync<T>(response, cancellationToken);
            }
            return await response.Content.ReadFromJsonAsync(shape, cancellationToken) is { } value
                ? new Answer<T>.Ok(value)
                : new Answer<T>.Unreachable($"{Server} answered nothing.");
        }
        catch (HttpRequestException broken)
        {
            return new Answer<T>.Unreachable($"{Server} cannot be reached: {broken.Message}");
        }
        catch (JsonException strange)
        {
            return new Answer<T>.Unreachable($"{Server} gave an answer that is not Kiln's: {strange.Message}");
        }
    }

    private Task<Answer<long>> CopyAsync(string path, Stream destination, CancellationToken cancellationToken) =>
        CopyAsync(HttpMethod.Get, path, destination, cancellationToken);

    private async Task<Answer<long>> CopyAsync(
        HttpMethod method, string path, Stream destination, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                return await RefusalAsync<long>(response, cancellationToken);
            }
            await using var source = await response.Content.ReadAsStreamAsync(cancellationToken);
            var buffer = new byte[64 * 1024];
            long total = 0;
            for (int read; (read = await source.ReadAsync(buffer, cancellationToken)) > 0; total += read)
            {
                await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                await destination.FlushAsync(cancellationToken);
            }
            return new Answer<long>.Ok(total);
        }
        catch (HttpRequestException broken)
        {
            return new Answer<long>.Unreachable($"{Server} cannot be reached: {broken.Message}");
        }
        catch (HttpIOException cut)
        {
            return new Answer<long>.Unreachable($"{Server} broke off: {cut.Message}");
        }
    }

    private static async Task<Answer<T>> RefusalAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        try
        {
            var body = await response.Content.ReadFromJsonAsync(ClientJson.Default.ErrorAnswer, cancellationToken);
            return new Answer<T>.Refused(status, body?.Description ?? $"The server answered {status}.");
        }
        catch (JsonException)
        {
            // A proxy in between speaks for itself.
            return new Answer<T>.Refused(status, $"The server answered {status} {response.ReasonPhrase}.");
        }
    }
}
