using System.Text.Json.Serialization;

namespace Kiln.Contracts.Catalogue;

/// <summary>A place that git repositories are fetched from.</summary>
public sealed record CodeHost
{
    /// <summary>What <c>codehost_name</c> says in a build.</summary>
    public required string Name { get; init; }

    /// <summary><c>github</c>, <c>gitlab</c>, <c>gitee</c>, <c>gitee-enterprise</c>, <c>gerrit</c>, <c>codehub</c> or <c>other</c>.</summary>
    public required string Type { get; init; }

    /// <summary>http, https, ssh or file URL that repositories are below, without a trailing slash.</summary>
    public required string Address { get; init; }

    /// <summary><c>none</c>, <c>token</c>, <c>password</c> or <c>ssh_key</c>; the secret is in the field of that name.</summary>
    public required string AuthType { get; init; }

    /// <summary>User name; empty = what the type uses with a token.</summary>
    public required string Username { get; init; }

    /// <summary>Sealed at rest, the mask in answers; empty unless it is the <see cref="AuthType"/>.</summary>
    public required string Token { get; init; }

    /// <inheritdoc cref="Token"/>
    public required string Password { get; init; }

    /// <inheritdoc cref="Token"/>
    public required string SshKey { get; init; }

    /// <summary>Pinned host keys in known_hosts format; empty = those of the host that checks out.</summary>
    public required string KnownHosts { get; init; }

    /// <summary>False: TLS certificates are not checked.</summary>
    public required bool VerifyTls { get; init; }

    /// <summary>Certificates in PEM to trust beside the machine's own; may be empty.</summary>
    public string TlsCa { get => field ?? ""; init; } = "";

    /// <summary>http, https or socks5 URL of a proxy for http and https; empty = none.</summary>
    public string Proxy { get => field ?? ""; init; } = "";

    public required string Description { get; init; }

    /// <summary>The secret of the <see cref="AuthType"/>; empty with <c>none</c>.</summary>
    [JsonIgnore]
    public string Secret => AuthType switch
    {
        "token" => Token,
        "password" => Password,
        "ssh_key" => SshKey,
        _ => "",
    };
}
