using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kiln.EndToEnd.Harness;

/// <summary>An authority that no machine trusts, and a certificate of it for loopback and <c>git.kiln.invalid</c>.</summary>
public sealed class PrivateAuthority : IDisposable
{
    private PrivateAuthority(string pem, X509Certificate2 certificate)
    {
        Pem = pem;
        Certificate = certificate;
    }

    /// <summary>The authority itself.</summary>
    public string Pem { get; }

    /// <summary>A server's certificate, with its key.</summary>
    public X509Certificate2 Certificate { get; }

    public static PrivateAuthority Make()
    {
        var (from, to) = (DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(79));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Kiln test authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = request.CreateSelfSigned(from, to);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var wanted = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("git.kiln.invalid");
        wanted.CertificateExtensions.Add(names.Build());
        using var signed = wanted.Create(authority, from, to, [1, 2, 3]);
        using var complete = signed.CopyWithPrivateKey(key);
        return new PrivateAuthority(
            authority.ExportCertificatePem(), X509CertificateLoader.LoadPkcs12(complete.Export(X509ContentType.Pkcs12), password: null));
    }

    public void Dispose() => Certificate.Dispose();
}
