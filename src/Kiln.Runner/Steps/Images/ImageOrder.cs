namespace Kiln.Runner.Steps.Images;

/// <summary>An image to build, everything expanded and checked.</summary>
internal sealed record ImageOrder
{
    /// <summary>References that it gets, the one in <c>IMAGE</c> first.</summary>
    public required IReadOnlyList<string> References { get; init; }

    /// <summary>Absolute.</summary>
    public required string Dockerfile { get; init; }

    /// <summary>Absolute.</summary>
    public required string Context { get; init; }

    /// <summary>Options of the build, each a word.</summary>
    public required IReadOnlyList<string> Options { get; init; }

    public required string Platforms { get; init; }
    public required bool WantsBuildKit { get; init; }
    public required bool IsInsecure { get; init; }

    /// <summary>The host's proxy settings that the build gets, by name; empty = it gets none.</summary>
    public IReadOnlyDictionary<string, string> Proxies { get; init; } = new Dictionary<string, string>();

    /// <summary>Where layers are kept between builds; empty = nowhere.</summary>
    public required string CacheReference { get; init; }

    /// <summary>Variables that the Dockerfile can mount as secrets.</summary>
    public required IReadOnlyList<string> Secrets { get; init; }

    /// <summary>Paths of those of <see cref="Secrets"/> that are files, by name.</summary>
    public IReadOnlyDictionary<string, string> SecretFiles { get; init; } = new Dictionary<string, string>();

    /// <summary>Where an engine writes what it made.</summary>
    public required string MetadataFile { get; init; }
}
