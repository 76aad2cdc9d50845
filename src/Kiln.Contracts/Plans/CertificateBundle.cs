namespace Kiln.Contracts.Plans;

/// <summary>Certificates for programs that take one file of them.</summary>
public static class CertificateBundle
{
    // Debian and Alpine, Fedora, SUSE, others.
    private static readonly string[] Places =
    [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
    ];

    /// <summary>What this machine trusts, and <paramref name="pem"/>.</summary>
    /// <param name="pem">Certificates in PEM.</param>
    /// <param name="environment">Looks up <c>GIT_SSL_CAINFO</c> and <c>SSL_CERT_FILE</c>, which come before the usual places.</param>
    public static string With(string pem, Func<string, string?> environment)
    {
        var own = ((string?[])[environment("GIT_SSL_CAINFO"), environment("SSL_CERT_FILE"), .. Places]).FirstOrDefault(File.Exists);
        return own is null ? pem + "\n" : $"{File.ReadAllText(own)}\n{pem}\n";
    }
}
