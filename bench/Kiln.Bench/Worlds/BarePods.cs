using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Kiln.Bench.Measures;
using Kiln.EndToEnd.Harness;

namespace Kiln.Bench.Worlds;

/// <summary>Pods without Kiln, made by the API itself: what a build's pod is compared with.</summary>
internal sealed class BarePods : IDisposable
{
    private const string Pods = "api/v1/namespaces/default/pods";

    private readonly HttpClient _api;
    private readonly X509Certificate2 _certificate;
    private readonly X509Certificate2 _authority;
    private readonly string _image;
    private readonly Load _load;

    public BarePods(KubernetesCluster cluster, Load load)
    {
        _load = load;
        _image = cluster.BuildImage;
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
        _api = new HttpClient(handler) { BaseAddress = new Uri(Value("server").Trim('"')) };

        // The cluster's own kubeconfig: each value is on one line, up to a comma or a brace.
        string Value(string key)
        {
            var begin = kubeconfig.IndexOf($"{key}: ", StringComparison.Ordinal) + key.Length + 2;
            return kubeconfig.Substring(begin, kubeconfig.AsSpan(begin).IndexOfAny(',', '}'));
        }

        string Pem(string key) => Encoding.ASCII.GetString(Convert.FromBase64String(Value(key)));
    }

    /// <summary>Milliseconds from the call that makes a pod until its only process begins.</summary>
    public async Task<double> FirstLineAsync(string name, CancellationToken cancellationToken)
    {
        var asked = _load.NowMs();
        (await _api.PostAsJsonAsync(Pods, Pod(name), cancellationToken)).EnsureSuccessStatusCode();
        await EndedAsync(name, cancellationToken);
        var spoke = await _api.GetStringAsync($"{Pods}/{name}/log", cancellationToken);
        (await _api.DeleteAsync($"{Pods}/{name}?gracePeriodSeconds=0", cancellationToken)).EnsureSuccessStatusCode();
        return (double.Parse(spoke, CultureInfo.InvariantCulture) * 1000) - asked;
    }

    public void Dispose()
    {
        _api.Dispose();
        _certificate.Dispose();
        _authority.Dispose();
    }

    private async Task EndedAsync(string name, CancellationToken cancellationToken)
    {
        await using var watch = await _api.GetStreamAsync($"{Pods}?watch=true&fieldSelector=metadata.name%3D{name}", cancellationToken);
        using var reader = new StreamReader(watch);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            switch ((string?)JsonNode.Parse(line)!["object"]?["status"]?["phase"])
            {
                case "Succeeded": return;
                case "Failed": throw new InvalidOperationException($"Pod {name} failed: {line}");
            }
        }
        throw new InvalidOperationException($"The watch of pod {name} ended before the pod did.");
    }

    private JsonObject Pod(string name) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject
        {
            ["restartPolicy"] = "Never",
            ["automountServiceAccountToken"] = false,
            ["enableServiceLinks"] = false,
            ["containers"] = new JsonArray(new JsonObject
            {
                ["name"] = "bare",
                ["image"] = _image,
                ["imagePullPolicy"] = "IfNotPresent",
                ["command"] = new JsonArray("bash", "-c", "echo $EPOCHREALTIME"),
            }),
        },
    };
}
