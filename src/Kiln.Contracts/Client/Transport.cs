using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Kiln.Contracts.Client;

/// <summary>HTTP to one server, every failure as an <see cref="Answer{T}"/>. Safe for concurrent use.</summary>
internal sealed class Transport : IDisposable
{
    private static readonly TimeSpan LongestConnect = TimeSpan.FromSeconds(15);

    private readonly HttpClient _http;

    public Transport(Uri server, string token)
    {
        Server = server;
        // Followers hold a response open for as long as a run takes.
        _http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = LongestConnect })
        {
            BaseAddress = server,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (token.Length > 0)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    public Uri Server { get; }

    public async Task<Answer<T>> SendAsync<T>(
        HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T> shape, CancellationToken cancellationToken) =>
        (await SendTaggedAsync(method, path, content, ifMatch: null, shape, cancellationToken)).Map(tagged => tagged.Value);

    /// <summary>As above, under a condition, and with the tag of the answer.</summary>
    public async Task<Answer<(T Value, string? Tag)>> SendTaggedAsync<T>(
        HttpMethod method, string path, HttpContent? content, string? ifMatch, JsonTypeInfo<T> shape,
        CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            if (ifMatch is not null)
            {
                request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
            }
            using var response = await _http.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                return await RefusalAsync<(T, string?)>(response, cancellationToken);
            }
            return await response.Content.ReadFromJsonAsync(shape, cancellationToken) is { } value
                ? new Answer<(T, string?)>.Ok((value, response.Headers.ETag?.ToString()))
                : new Answer<(T, string?)>.Unreachable($"{Server} answered nothing.");
        }
        catch (Exception broken) when (Explains(broken, cancellationToken) is { } sentence)
        {
            return new Answer<(T, string?)>.Unreachable(sentence);
        }
    }

    /// <summary>Copies the body of an answer, flushing after every piece; answers how many bytes there were.</summary>
    /// <param name="method">GET, or POST for what is made for the asking.</param>
    /// <param name="path">From the server's root.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="copied">Told of every piece that is there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Answer<long>> CopyAsync(
        HttpMethod method, string path, Stream destination, Action<int> copied, CancellationToken cancellationToken)
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
                copied(read);
            }
            return new Answer<long>.Ok(total);
        }
        catch (Exception broken) when (Explains(broken, cancellationToken) is { } sentence)
        {
            return new Answer<long>.Unreachable(sentence);
        }
    }

    /// <summary>An answer that is read while it comes.</summary>
    /// <exception cref="HttpRequestException">The server cannot be reached or refused.</exception>
    public async Task<HttpResponseMessage> OpenAsync(string path, CancellationToken cancellationToken) =>
        (await _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellationToken)).EnsureSuccessStatusCode();

    public void Dispose() => _http.Dispose();

    private string? Explains(Exception broken, CancellationToken cancellationToken) => broken switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            $"{Server} cannot be reached: its certificate is not trusted here, or it does not speak TLS.",
        HttpRequestException { InnerException: SocketException refused } => $"{Server} cannot be reached: {refused.Message}.",
        HttpRequestException failed => $"{Server} cannot be reached: {failed.Message}.",
        HttpIOException cut => $"{Server} broke off: {cut.Message}.",
        JsonException => $"{Server} gave an answer that is not Kiln's; is the address right?",
        OperationCanceledException when !cancellationToken.IsCancellationRequested =>
            $"{Server} cannot be reached: no connection within {LongestConnect.TotalSeconds} seconds.",
        _ => null,
    };

    private static async Task<Answer<T>> RefusalAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        try
        {
            var body = await response.Content.ReadFromJsonAsync(ClientJson.Default.ErrorAnswer, cancellationToken);
            return new Answer<T>.Refused(status, body?.Description ?? $"The server answered {status}.")
            {
                Errors = body?.Extra?.Errors ?? [],
            };
        }
        catch (JsonException)
        {
            // A proxy in between speaks for itself.
            return new Answer<T>.Refused(status, $"The server answered {status} {response.ReasonPhrase}.");
        }
    }
}
