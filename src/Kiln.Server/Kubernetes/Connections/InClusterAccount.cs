using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kiln.Server.Kubernetes.Connections;

/// <summary>The service account that a server inside a cluster is given.</summary>
internal static class InClusterAccount
{
    private const string Directory = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>The connection, or <c>null</c> when the server is in no cluster.</summary>
    public static Connecting? Find(Func<string, string?> environment)
    {
        var (host, port) = (environment("KUBERNETES_SERVICE_HOST"), environment("KUBERNETES_SERVICE_PORT") ?? "443");
        var tokenFile = Path.Combine(Directory, "token");
        if (host is null or "" || !File.Exists(tokenFile))
        {
            return null;
        }
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(Path.Combine(Directory, "ca.crt"));
            return new Connecting.Ready(new ClusterConnection
            {
                Server = new Uri(host.Contains(':', StringComparison.Ordinal) ? $"https://[{host}]:{port}" : $"https://{host}:{port}"),
                Authorities = [.. authorities],
                VerifiesTls = true,
                TlsName = "",
                ClientCertificate = null,
                Token = () => File.ReadAllText(tokenFile).Trim(),
                Namespace = File.ReadAllText(Path.Combine(Directory, "namespace")).Trim(),
            });
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return new Connecting.Unusable($"The service account in {Directory} cannot be read: {unreadable.Message}");
        }
    }
}
