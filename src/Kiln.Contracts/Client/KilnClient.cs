using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Kiln.Contracts.Runs;

namespace Kiln.Contracts.Client;

/// <summary>
/// The API of a Kiln server, typed. Safe for concurrent use. Nothing is retried: a caller knows best what may be repeated.
/// </summary>
public sealed class KilnClient : IDisposable
{
    private readonly Transport _transport;

    /// <param name="server">Root of the server, for example <c>http://127.0.0.1:7070</c>.</param>
    /// <param name="token">Bearer token.</param>
    public KilnClient(Uri server, string token)
    {
        _transport = new Transport(server, token);
        Definitions = new DefinitionCalls(_transport);
    }

    /// <summary>Root of the server.</summary>
    public Uri Server => _transport.Server;

    /// <summary>Builds and everything they refer to.</summary>
    public DefinitionCalls Definitions { get; }

    /// <summary>Any call that reads, as the server answers it.</summary>
    /// <param name="path">From the server's root, for example <c>openapi/system/hosts</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Answer<JsonNode>> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, content: null, ClientJson.Default.JsonNode, cancellationToken);

    /// <summary>Any order without a body, as the server answers it.</summary>
    /// <param name="path">From the server's root.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Answer<JsonNode>> PostAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, content: null, ClientJson.Default.JsonNode, cancellationToken);

    /// <summary>Starts a run of a build.</summary>
    public Task<Answer<RunAccepted>> StartRunAsync(
        string projectKey, string buildName, RunRequest request, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post,
            $"openapi/build/{Uri.EscapeDataString(buildName)}/runs?projectKey={Uri.EscapeDataString(projectKey)}",
            JsonContent.Create(request, ClientJson.Default.RunRequest),
            ClientJson.Default.RunAccepted,
            cancellationToken);

    /// <summary>Asks for another attempt of an ended run.</summary>
    public Task<Answer<JsonNode>> RetryRunAsync(long runId, RetryRequest request, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post,
            $"openapi/runs/{runId}/retry",
            JsonContent.Create(request, ClientJson.Default.RetryRequest),
            ClientJson.Default.JsonNode,
            cancellationToken);

    /// <summary>What a run with these inputs would do; nothing is run.</summary>
    public Task<Answer<JsonNode>> ExplainAsync(
        string projectKey, string buildName, RunRequest request, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post,
            $"openapi/build/{Uri.EscapeDataString(buildName)}/explain?projectKey={Uri.EscapeDataString(projectKey)}",
            JsonContent.Create(request, ClientJson.Default.RunRequest),
            ClientJson.Default.JsonNode,
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

    /// <summary>Copies a run's log from a position on, which advances with every byte: a copy that broke off can be continued.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="position">Where the reader stands.</param>
    /// <param name="follow">True: until the run has ended and its log is whole, or the server stops.</param>
    /// <param name="destination">Flushed after every piece.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Answer<long>> CopyLogAsync(
        long runId, LogPosition position, bool follow, Stream destination, CancellationToken cancellationToken) =>
        _transport.CopyAsync(
            HttpMethod.Get,
            $"openapi/runs/{runId}/log?offset={position.Offset}&follow={(follow ? "true" : "false")}",
            destination,
            position.Advance,
            cancellationToken);

    /// <summary>Copies a part of a run's log as it is now.</summary>
    public Task<Answer<long>> CopyLogAsync(long runId, LogPart part, Stream destination, CancellationToken cancellationToken) =>
        CopyAsync($"openapi/runs/{runId}/log?{part.Query}", destination, cancellationToken);

    /// <summary>Copies a backup of everything the server keeps; its length in bytes. Cut off, it is <see cref="Answer{T}.Unreachable"/>.</summary>
    /// <param name="keys">True: with the master key and the admin token.</param>
    /// <param name="destination">Flushed after every piece.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Answer<long>> BackupAsync(bool keys, Stream destination, CancellationToken cancellationToken) => _transport.CopyAsync(
        HttpMethod.Post, $"openapi/system/backup?keys={(keys ? "true" : "false")}", destination, static _ => { }, cancellationToken);

    /// <summary>The states that a run passes through, from the present one on; ends after the final one.</summary>
    /// <exception cref="HttpRequestException">The server cannot be reached or refused.</exception>
    public async IAsyncEnumerable<RunView> WatchRunAsync(long runId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await _transport.OpenAsync($"openapi/runs/{runId}/events", cancellationToken);
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

    public void Dispose() => _transport.Dispose();

    private Task<Answer<T>> SendAsync<T>(
        HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T> shape, CancellationToken cancellationToken) =>
        _transport.SendAsync(method, path, content, shape, cancellationToken);

    private Task<Answer<long>> CopyAsync(string path, Stream destination, CancellationToken cancellationToken) =>
        _transport.CopyAsync(HttpMethod.Get, path, destination, static _ => { }, cancellationToken);
}
