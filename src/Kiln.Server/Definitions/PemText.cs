using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kiln.Server.Bodies;

namespace Kiln.Server.Definitions;

/// <summary>Certificates in bodies.</summary>
public static class PemText
{
    /// <summary>Reads certificates in PEM; empty = none.</summary>
    public static string Read(BodyObject body, string field)
    {
        var text = body.Text(field, Presence.Optional).Trim();
        if (text.Length > 0 && !HasCertificates(text))
        {
            body.Refuse(field, "Must be certificates in PEM (-----BEGIN CERTIFICATE-----).");
        }
        return text;
    }

    private static bool HasCertificates(string text)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(text);
            foreach (var certificate in certificates)
            {
                certificate.Dispose();
            }
            return certificates.Count > 0;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
