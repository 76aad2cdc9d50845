namespace Kiln.Contracts.Plans;

/// <summary>An image to build and push. Texts have their variables not yet expanded.</summary>
public sealed record PlannedImage
{
    /// <summary>Dockerfile below the workspace; unused with <see cref="DockerfileText"/>.</summary>
    public required string Dockerfile { get; init; }

    /// <summary>The Dockerfile itself, of a template; <c>null</c> = <see cref="Dockerfile"/>.</summary>
    public required string? DockerfileText { get; init; }

    /// <summary>Template that <see cref="DockerfileText"/> comes from; empty = none.</summary>
    public string TemplateName { get => field ?? ""; init; } = "";

    /// <summary>Revision of that template; 0 = none.</summary>
    public int TemplateRevision { get; init; }

    /// <summary>Directory below the workspace; empty = the workspace.</summary>
    public required string Context { get; init; }

    /// <summary>Words as a shell would split them: <c>--build-arg NAME=value</c> and other options of a build.</summary>
    public required string Arguments { get; init; }

    public required bool WantsBuildKit { get; init; }

    /// <summary>For example <c>linux/amd64,linux/arm64</c>; empty = the host's own.</summary>
    public required string Platforms { get; init; }

    /// <summary>True: the host's proxy is given to the build.</summary>
    public required bool UsesProxy { get; init; }

    /// <summary>More tags beside the one in <c>IMAGE</c>.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>Reference under which layers are kept in a registry between builds; empty = they are not.</summary>
    public string CacheReference { get => field ?? ""; init; } = "";

    /// <summary>True when the registry speaks plain http.</summary>
    public required bool IsInsecure { get; init; }

    /// <summary>Names of credentials that the Dockerfile can mount as BuildKit secrets under the same id.</summary>
    public required IReadOnlyList<string> Secrets { get; init; }
}
