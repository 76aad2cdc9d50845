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

    /// <summary><c>none</c>, <c>token</c>, <c>password</c> or <c>ssh_key</c>.</summary>
    public required string AuthType { get; init; }

    /// <summary>User name; empty = what the type uses with a token.</summary>
    public required string Username { get; init; }

    /// <summary>Token, password or private key: sealed at rest, the mask or empty in answers.</summary>
    public required string Secret { get; init; }

    /// <summary>Pinned host keys in known_hosts format; empty = those of the host that checks out.</summary>
    public required string KnownHosts { get; init; }

    /// <summary>False: TLS certificates are not checked.</summary>
    public required bool VerifyTls { get; init; }

    public required string Description { get; init; }
}

/// <summary>A code host in answers.</summary>
/// <param name="Id">Id.</param>
/// <param name="ProjectKey">Project it belongs to; empty = everyone's.</param>
public sealed record CodeHostView(
    long Id,
    string Name,
    string ProjectKey,
    string Type,
    string Address,
    string AuthType,
    string Username,
    string Token,
    string Password,
    string SshKey,
    string KnownHosts,
    bool VerifyTls,
    string Description,
    string UpdateBy,
    long UpdateTime);

/// <summary>A page of code hosts.</summary>
public sealed record CodeHostList(long Total, IReadOnlyList<CodeHostView> Codehosts);
