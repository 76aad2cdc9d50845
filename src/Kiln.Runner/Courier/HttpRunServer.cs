using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Kiln.Contracts;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;

namespace Kiln.Runner.Courier;

/// <summary>A Kiln server, for one lease. <paramref name="http"/> has the server's address as its base.</summary>
public sealed class HttpRunServer(HttpClient http, Lease lease) : IRunServer
{
    /// <summary>A server that has taken a connection and says nothing for so long is as good as away.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly AuthenticationHeaderValue _token = new("Bearer", lease.Token);

    public async Task<ReportOutcome> ReportAsync(
        ReportHead head, ReadOnlyMemory<byte> log, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, RunnerProtocol.ReportPath)
        {
            Content = new ReportContent(head, log),
        };
        request.Headers.Authorization = _token;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            using var response = await http.SendAsync(request, patience.Token);
            return response.StatusCode switch
            {
                HttpStatusCode.Conflict => new ReportOutcome.Stale(),
                HttpStatusCode.OK when await response.Content.ReadFromJsonAsync(
                    KilnJson.Default.ReportReply, cancellationToken) is { } reply => new ReportOutcome.Accepted(reply),
                _ => new ReportOutcome.Unreachable($"HTTP {(int)response.StatusCode}"),
            };
        }
        catch (Exception trouble) when (NetworkTrouble.Is(trouble, cancellationToken))
        {
            return new ReportOutcome.Unreachable(NetworkTrouble.Words(trouble));
        }
    }

    public async Task<StoreOutcome> StoreAsync(
        RunArtifact artifact, Stream content, CancellationToken cancellationToken)
    {
        var path = string.Join('/', artifact.Path.Split('/').Select(Uri.EscapeDataString));
        var (run, attempt, fence) = lease.Key;
        using var request = new HttpRequestMessage(
            HttpMethod.Put,
            $"{RunnerProtocol.ArtifactPath}{path}?run={run}&attempt={attempt}&fence={fence}"
                + $"&kind={artifact.Kind}&sha256={artifact.Sha256}")
        {
            Content = new StreamContent(content),
        };
        request.Headers.Authorization = _token;
        if (lease.Spec.Plan.TraceParent is { Length: > 0 } trace)
        {
            request.Headers.TryAddWithoutValidation("traceparent", trace);
        }
        request.Content.Headers.ContentLength = artifact.Size;
        request.Content.Headers.ContentType = new("application/octet-stream");
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            return response.StatusCode switch
            {
                HttpStatusCode.Conflict => new StoreOutcome.Stale(),
                HttpStatusCode.OK or HttpStatusCode.Created when await response.Content.ReadFromJsonAsync(
                    KilnJson.Default.RunArtifact, cancellationToken) is { } stored => new StoreOutcome.Stored(stored),
                HttpStatusCode.InsufficientStorage when response.Headers.RetryAfter is not null =>
                    new StoreOutcome.Unreachable(await SaidAsync(response, cancellationToken)) { IsFull = true },
                HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.InsufficientStorage =>
                    new StoreOutcome.Rejected(await SaidAsync(response, cancellationToken)),
                _ => new StoreOutcome.Unreachable(await SaidAsync(response, cancellationToken)),
            };
        }
        catch (Exception trouble) when (NetworkTrouble.Is(trouble, cancellationToken))
        {
            return new StoreOutcome.Unreachable(NetworkTrouble.Words(trouble));
        }
    }

    /// <summary>The server's sentence about a refusal; its status when there is none.</summary>
    private static async Task<string> SaidAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            using var body = JsonDocument.Parse(text);
            return body.RootElement.GetProperty("description").GetString() is { Length: > 0 } said ? said : $"HTTP {(int)response.StatusCode}";
        }
        catch (Exception strange) when (strange is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return $"HTTP {(int)response.StatusCode}";
        }
    }
}
