using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kiln.Server.Kubernetes.Connections;

/// <summary>Makes a connection from a kubeconfig.</summary>
internal static class KubeconfigReader
{
    /// <summary>Reads the current context.</summary>
    /// <param name="text">The kubeconfig, YAML or JSON.</param>
    /// <param name="directory">Where its relative paths begin; <c>null</c> = it came over the API and may name no files.</param>
    public static Connecting Read(string text, string? directory)
    {
        try
        {
            var config = Yaml.Read(text, KubeconfigJson.Default.Kubeconfig);
            var context = config.Contexts.FirstOrDefault(known => known.Name == config.CurrentContext)?.Context
                ?? throw new InvalidDataException($"current-context \"{config.CurrentContext}\" is not among its contexts.");
            var cluster = config.Clusters.FirstOrDefault(known => known.Name == context.Cluster)?.Cluster
                ?? throw new InvalidDataException($"cluster \"{context.Cluster}\" is not among its clusters.");
            var user = config.Users.FirstOrDefault(known => known.Name == context.User)?.User
                ?? throw new InvalidDataException($"user \"{context.User}\" is not among its users.");
            Refuse(user);
            return new Connecting.Ready(new ClusterConnection
            {
                Server = Uri.TryCreate(cluster.Server, UriKind.Absolute, out var server) && server.Scheme is "https" or "http"
                    ? server
                    : throw new InvalidDataException($"server \"{cluster.Server}\" is not an http or https address."),
                Authorities = Authorities(Content(
                    "certificate-authority", cluster.CertificateAuthorityData, cluster.CertificateAuthority, directory)),
                VerifiesTls = !cluster.InsecureSkipTlsVerify,
                TlsName = cluster.TlsServerName ?? "",
                ClientCertificate = Certificate(user, directory),
                Token = Token(user, directory),
                Namespace = context.Namespace ?? "",
            });
        }
        catch (Exception unusable) when (unusable is InvalidDataException or CryptographicException or FormatException
            or IOException or UnauthorizedAccessException)
        {
            return new Connecting.Unusable($"Its kubeconfig cannot be used: {unusable.Message}");
        }
    }

    private static void Refuse(KubeUser user)
    {
        if (user.Exec is { } exec)
        {
            throw new InvalidDataException(
                $"it would start the program {exec.Command} for its credentials; put a service account's token into it.");
        }
        if (user.AuthProvider is { } provider)
        {
            throw new InvalidDataException(
                $"it logs in through the auth provider {provider.Name}; put a service account's token into it.");
        }
        if (user.Username is { Length: > 0 })
        {
            throw new InvalidDataException("it logs in by password; put a service account's token or a client certificate into it.");
        }
    }

    private static Func<string> Token(KubeUser user, string? directory)
    {
        if (user.TokenFile is { Length: > 0 } file && user.Token is null or "")
        {
            var path = PathOf("tokenFile", file, directory);
            return () => File.ReadAllText(path).Trim();
        }
        var token = user.Token ?? "";
        return () => token;
    }

    private static IReadOnlyList<X509Certificate2> Authorities(string? pem)
    {
        if (pem is null)
        {
            return [];
        }
        var all = new X509Certificate2Collection();
        all.ImportFromPem(pem);
        return all.Count > 0 ? [.. all] : throw new InvalidDataException("certificate-authority holds no certificate.");
    }

    private static X509Certificate2? Certificate(KubeUser user, string? directory)
    {
        var certificate = Content("client-certificate", user.ClientCertificateData, user.ClientCertificate, directory);
        var key = Content("client-key", user.ClientKeyData, user.ClientKey, directory);
        return (certificate, key) switch
        {
            (null, null) => null,
            ({ } pem, { } keyPem) => X509Certificate2.CreateFromPem(pem, keyPem),
            _ => throw new InvalidDataException("client-certificate and client-key belong together; one is missing."),
        };
    }

    private static string? Content(string what, string? data, string? file, string? directory) =>
        data is { Length: > 0 } ? System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(data))
        : file is { Length: > 0 } ? File.ReadAllText(PathOf(what, file, directory))
        : null;

    private static string PathOf(string what, string file, string? directory) => directory is null
        ? throw new InvalidDataException($"{what} names the file {file}, which is on another machine; use {what}-data (kubectl config view --flatten).")
        : Path.Combine(directory, file);
}
