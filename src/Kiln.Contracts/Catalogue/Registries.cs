namespace Kiln.Contracts.Catalogue;

/// <summary>An image registry with the namespace that images go to.</summary>
public sealed record Registry
{
    /// <summary>With or without scheme.</summary>
    public required string Address { get; init; }

    public required string Provider { get; init; }
    public required string Namespace { get; init; }

    /// <summary>True for the one a run gets when it names none; at most one.</summary>
    public required bool IsDefault { get; init; }

    /// <summary>User name; empty = anonymous.</summary>
    public required string AccessKey { get; init; }

    /// <summary>Password: sealed at rest, the mask in answers.</summary>
    public required string SecretKey { get; init; }

    public required bool EnableTls { get; init; }
    public required string Region { get; init; }

    /// <summary>Certificate in PEM to trust; may be empty.</summary>
    public required string TlsCert { get; init; }
}

/// <summary>A bucket for files that builds upload.</summary>
public sealed record ObjectStorage
{
    public required string Name { get; init; }
    public required string Endpoint { get; init; }
    public required string Bucket { get; init; }

    /// <summary>Prefix of every key; may be empty.</summary>
    public required string Subfolder { get; init; }

    public required string Region { get; init; }

    /// <summary>Access key.</summary>
    public required string Ak { get; init; }

    /// <summary>Secret key: sealed at rest, the mask in answers.</summary>
    public required string Sk { get; init; }

    /// <summary>True: plain http.</summary>
    public required bool Insecure { get; init; }

    public required bool IsDefault { get; init; }
}

/// <summary>A Dockerfile that builds can use instead of one in a repository.</summary>
/// <param name="Name">What <c>template_name</c> says.</param>
/// <param name="Content">The Dockerfile.</param>
public sealed record DockerfileTemplate(string Name, string Content);

/// <summary>A build argument of a Dockerfile.</summary>
public sealed record DockerfileVariable(string Key, string Value);
