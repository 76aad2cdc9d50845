using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Kiln.Server.Kubernetes.Connections;

/// <summary>HTTP as an API server wants it: its own authorities, a client certificate, a token with each request.</summary>
internal static class KubernetesHttp
{
    public static HttpClient Create(ClusterConnection connection)
    {
        var sockets = new SocketsHttpHandler
        {
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            EnableMultipleHttp2Connections = true,
            // A server that has vanished without a word is noticed by this, watches included.
            KeepAlivePingDelay = TimeSpan.FromSeconds(10),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            SslOptions = Tls(connection),
        };
        return new HttpClient(new Outgoing(connection.Token) { InnerHandler = sockets })
        {
            BaseAddress = new Uri(connection.Server.ToString().TrimEnd('/') + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    private static SslClientAuthenticationOptions Tls(ClusterConnection connection)
    {
        var options = new SslClientAuthenticationOptions();
        if (connection.TlsName.Length > 0)
        {
            options.TargetHost = connection.TlsName;
        }
        if (connection.ClientCertificate is { } certificate)
        {
            options.ClientCertificates = [certificate];
        }
        if (!connection.VerifiesTls)
        {
            // The administrator who wrote insecure-skip-tls-verify into the kubeconfig wants it so.
#pragma warning disable CA5359
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (connection.Authorities.Count > 0)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(connection.Authorities.ToArray());
        }
        return options;
    }

    private sealed class Outgoing(Func<string> token) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            // HTTP/2 where TLS can agree on it. A client's defaults are not those of messages that are made outside of it.
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
            if (token() is { Length: > 0 } now)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", now);
            }
            return base.SendAsync(request, cancellationToken);
        }
    }
}
