using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kiln.Contracts.Catalogue;
using Kiln.Server.Kubernetes.Connections;

namespace Kiln.Server.Clusters;

/// <summary>How a cluster of the catalogue is spoken to.</summary>
internal static class ClusterConnections
{
    /// <summary>The connection that a definition leads to.</summary>
    /// <param name="cluster">The cluster, its secrets open.</param>
    public static Connecting Of(Cluster cluster) => cluster.Type switch
    {
        "kubeconfig" => KubeconfigReader.Read(cluster.KubeConfig, directory: null),
        "token" => OfToken(cluster),
        _ => InClusterAccount.Find(Environment.GetEnvironmentVariable)
            ?? new Connecting.Unusable("The server itself runs in no cluster, so type agent leads nowhere; give a kubeconfig or a token."),
    };

    private static Connecting OfToken(Cluster cluster)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            if (cluster.TlsCa.Length > 0)
            {
                authorities.ImportFromPem(cluster.TlsCa);
            }
            return new Connecting.Ready(new ClusterConnection
            {
                Server = new Uri(cluster.ApiServer),
                Authorities = [.. authorities],
                VerifiesTls = true,
                TlsName = "",
                ClientCertificate = null,
                Token = () => cluster.Token,
                Namespace = "",
            });
        }
        catch (CryptographicException unreadable)
        {
            return new Connecting.Unusable($"Its tls_ca cannot be read: {unreadable.Message}");
        }
    }
}
