using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Kiln.Server.Definitions.Trials;

/// <summary>How a trial reaches a site.</summary>
/// <param name="VerifyTls">False: any certificate will do.</param>
/// <param name="TlsCa">Certificates in PEM to trust beside the machine's own; may be empty.</param>
/// <param name="Proxy">URL of a proxy; empty = the machine's.</param>
internal sealed record TrialRoute(bool VerifyTls, string TlsCa, string Proxy);

/// <summary>What came of one request. A closed family.</summary>
internal abstract record TrialCall
{
    private TrialCall() { }

    public sealed record Answered(HttpStatusCode Status, string Challenge, string Body) : TrialCall;

    public sealed record Failed(Finding Finding) : TrialCall;
}

/// <summary>Requests of one trial. Redirects are not followed: a login goes to the site that was named and to no other.</summary>
internal sealed class TrialHttp : IDisposable
{
    private const int LongestAnswer = 256 * 1024;

    private readonly TrialRoute _route;
    private readonly HttpClient _http;
    private string _certificateProblem = "";

    public TrialHttp(TrialRoute route)
    {
        _route = route;
        var sockets = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = Judge },
        };
        if (route.Proxy.Length > 0)
        {
            sockets.Proxy = new WebProxy(route.Proxy);
        }
        _http = new HttpClient(sockets) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = LongestAnswer };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("kiln");
    }

    /// <summary>Sends a request; its answer, or why there is none.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<TrialCall> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var owned = request;
        var site = request.RequestUri!.Authority;
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            return new TrialCall.Answered(
                response.StatusCode, response.Headers.WwwAuthenticate.ToString(), await response.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (HttpRequestException broken)
        {
            return new TrialCall.Failed(Explain(site, broken));
        }
        catch (IOException)
        {
            return new TrialCall.Failed(new(Finding.Protocol, $"{site} broke the connection off in the middle of its answer."));
        }
    }

    public void Dispose() => _http.Dispose();

    private Finding Explain(string site, HttpRequestException broken) => broken.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => new(Finding.Dns, $"The host name of {Asked(site)} is not known to the server's DNS."),
        HttpRequestError.SecureConnectionError => new(Finding.Tls, _certificateProblem.Length > 0
            ? $"The certificate of {site} is not trusted: {_certificateProblem}."
            : $"No TLS connection with {site} can be agreed on; does it speak TLS on this port?"),
        HttpRequestError.ConnectionError when broken.InnerException is SocketException socket => new(
            Finding.Refused, $"{Asked(site)} cannot be connected to: {Words(socket.SocketErrorCode)}."),
        HttpRequestError.ProxyTunnelError => new(Finding.Refused, $"The proxy {_route.Proxy} does not connect to {site}."),
        HttpRequestError.ConfigurationLimitExceeded => new(Finding.Protocol, $"{site} answers far more than was asked for; is the address right?"),
        _ => new(Finding.Protocol, $"{site} does not answer in HTTP; is the address right?"),
    };

    private string Asked(string site) => _route.Proxy.Length > 0 ? $"the proxy {_route.Proxy}" : site;

    private static string Words(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "the connection was refused, nothing listens there",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "the network does not lead there",
        SocketError.TimedOut => "the connection timed out",
        _ => $"the system says {error}",
    };

    private bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None || !_route.VerifyTls)
        {
            return true;
        }
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            _certificateProblem = "it is for another host name";
            return false;
        }
        if (_route.TlsCa.Length > 0 && certificate is not null && IsVouchedFor(certificate, chain))
        {
            return true;
        }
        var status = chain?.ChainStatus.Select(entry => entry.Status).FirstOrDefault() ?? X509ChainStatusFlags.NoError;
        _certificateProblem = status.HasFlag(X509ChainStatusFlags.NotTimeValid)
            ? "it is expired or not valid yet"
            : "its authority is not known here; give it as the CA certificate";
        return false;
    }

    private bool IsVouchedFor(X509Certificate certificate, X509Chain? chain)
    {
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.CustomTrustStore.ImportFromPem(_route.TlsCa);
        foreach (var element in chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            own.ChainPolicy.ExtraStore.Add(element.Certificate);
        }
        using var leaf = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return own.Build(leaf);
    }
}
