using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Kiln.EndToEnd.Harness;

namespace Kiln.Bench.Worlds;

/// <summary>The API of a cluster of <c>tests/kubernetes</c>, as its administrator.</summary>
internal sealed class ClusterApi : IDisposable
{
    private readonly X509Certificate2 _certificate;
    private readonly X509Certificate2 _authority;

    public ClusterApi(KubernetesCluster cluster)
    {
        var kubeconfig = cluster.Kubeconfig;
        _certificate = X509Certificate2.CreateFromPem(Pem("client-certificate-data"), Pem("client-key-data"));
        _authority = X509Certificate2.CreateFromPem(Pem("certificate-authority-data"));
        var handler = new SocketsHttpHandler();
        handler.SslOptions.ClientCertificates = [_certificate];
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { _authority },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        // Limits are those of who waits: a watch has none.
        Http = new HttpClient(handler)
        {
            BaseAddress = new Uri(Value("server").Trim('"')), Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = new Version(2, 0), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };

        // The cluster's own kubeconfig: each value is on one line, up to a comma or a brace.
        string Value(string key)
        {
            var begin = kubeconfig.IndexOf($"{key}: ", StringComparison.Ordinal) + key.Length + 2;
            return kubeconfig.Substring(begin, kubeconfig.AsSpan(begin).IndexOfAny(',', '}'));
        }

        string Pem(string key) => Encoding.ASCII.GetString(Convert.FromBase64String(Value(key)));
    }

    public HttpClient Http { get; }

    /// <summary>Calls; it must succeed.</summary>
    /// <param name="method">How.</param>
    /// <param name="path">Where.</param>
    /// <param name="body">What; <c>null</c> = nothing. What is patched is merged.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<JsonNode> CallAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        // A client's default version is not that of messages made outside of it.
        using var request = new HttpRequestMessage(method, path)
        {
            Version = Http.DefaultRequestVersion, VersionPolicy = Http.DefaultVersionPolicy,
        };
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(
                method == HttpMethod.Patch ? "application/merge-patch+json" : "application/json");
        }
        using var response = await Http.SendAsync(request, cancellationToken);
        var answer = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode
            ? JsonNode.Parse(answer)!
            : throw new HttpRequestException($"{method} {path}: {answer.ReplaceLineEndings(" ")}", inner: null, response.StatusCode);
    }

    /// <summary>What a watch tells, line by line, until it ends.</summary>
    public async IAsyncEnumerable<(string Type, JsonNode Object)> WatchAsync(
        string path, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var watch = await Http.GetStreamAsync(path, cancellationToken);
        using var reader = new StreamReader(watch);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            var told = JsonNode.Parse(line)!;
            yield return ((string)told["type"]!, told["object"]!);
        }
    }

    /// <summary>Requests that the API server has answered since it began, of everybody; watches and itself not counted.</summary>
    public async Task<double> RequestsAsync(CancellationToken cancellationToken) =>
        Samples.Of(await Http.GetStringAsync("metrics", cancellationToken), "apiserver_request_total")
        .Where(static sample => !sample.Labels.Contains("verb=\"WATCH\"", StringComparison.Ordinal))
        .Sum(static sample => sample.Value);

    public void Dispose()
    {
        Http.Dispose();
        _certificate.Dispose();
        _authority.Dispose();
    }
}
