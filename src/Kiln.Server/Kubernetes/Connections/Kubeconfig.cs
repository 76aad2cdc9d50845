using System.Text.Json.Serialization;

namespace Kiln.Server.Kubernetes.Connections;

/// <summary>A kubeconfig file as kubectl reads it.</summary>
internal sealed record Kubeconfig
{
    [JsonPropertyName("current-context")]
    public string CurrentContext { get; init; } = "";

    public IReadOnlyList<NamedContext> Contexts { get; init; } = [];
    public IReadOnlyList<NamedCluster> Clusters { get; init; } = [];
    public IReadOnlyList<NamedUser> Users { get; init; } = [];
}

/// <summary>Which user speaks to which cluster.</summary>
internal sealed record NamedContext(string Name, KubeContext Context);

/// <summary>See <see cref="NamedContext"/>.</summary>
internal sealed record KubeContext(string Cluster, string User, string? Namespace);

/// <summary>A cluster's address.</summary>
internal sealed record NamedCluster(string Name, KubeCluster Cluster);

/// <summary>See <see cref="NamedCluster"/>.</summary>
internal sealed record KubeCluster
{
    public string Server { get; init; } = "";

    [JsonPropertyName("certificate-authority")]
    public string? CertificateAuthority { get; init; }

    [JsonPropertyName("certificate-authority-data")]
    public string? CertificateAuthorityData { get; init; }

    [JsonPropertyName("insecure-skip-tls-verify")]
    public bool InsecureSkipTlsVerify { get; init; }

    [JsonPropertyName("tls-server-name")]
    public string? TlsServerName { get; init; }
}

/// <summary>A user's credentials.</summary>
internal sealed record NamedUser(string Name, KubeUser User);

/// <summary>See <see cref="NamedUser"/>.</summary>
internal sealed record KubeUser
{
    public string? Token { get; init; }
    public string? TokenFile { get; init; }
    public string? Username { get; init; }
    public string? Password { get; init; }

    [JsonPropertyName("client-certificate")]
    public string? ClientCertificate { get; init; }

    [JsonPropertyName("client-certificate-data")]
    public string? ClientCertificateData { get; init; }

    [JsonPropertyName("client-key")]
    public string? ClientKey { get; init; }

    [JsonPropertyName("client-key-data")]
    public string? ClientKeyData { get; init; }

    [JsonPropertyName("auth-provider")]
    public KubePlugin? AuthProvider { get; init; }

    public KubePlugin? Exec { get; init; }
}

/// <summary>A program or provider that would get the credentials; only its name is read.</summary>
internal sealed record KubePlugin(string? Name, string? Command);

/// <summary>JSON of kubeconfigs.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Kubeconfig))]
internal sealed partial class KubeconfigJson : JsonSerializerContext;
