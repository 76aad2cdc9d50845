using Kiln.Contracts.Builds;
using Kiln.Contracts.Catalogue;

namespace Kiln.Server.Planning;

/// <summary>
/// What the definitions of one project may refer to, as its caller may see it: plain data, read once. Secrets in it
/// stay sealed, except those of <see cref="BuildTemplates"/>.
/// </summary>
public sealed record Catalogue
{
    /// <summary>Keys of the projects that the caller may see.</summary>
    public required IReadOnlyList<string> Projects { get; init; }

    /// <summary>The project's own code hosts before the system's: the first of a name counts.</summary>
    public required IReadOnlyList<CatalogueCodeHost> CodeHosts { get; init; }

    /// <summary>Modules of the project's services that are known; a build may be bound to others too.</summary>
    public required IReadOnlyList<CatalogueModule> Modules { get; init; }

    public required IReadOnlyList<CatalogueImage> Images { get; init; }
    
    /// <summary>Those that builds can ask for.</summary>
    public required IReadOnlyList<Package> Packages { get; init; }

    public required IReadOnlyList<CatalogueCluster> Clusters { get; init; }
    public required IReadOnlyList<BuildTemplate> BuildTemplates { get; init; }

    /// <summary>Revisions of <see cref="BuildTemplates"/> by name.</summary>
    public IReadOnlyDictionary<string, int> TemplateRevisions { get; init; } = new Dictionary<string, int>();

    public required IReadOnlyList<CatalogueDockerfile> Dockerfiles { get; init; }
    public required IReadOnlyList<CatalogueRegistry> Registries { get; init; }
    public IReadOnlyList<CatalogueStorage> Storages { get; init; } = [];
    public required IReadOnlyList<CatalogueHost> Hosts { get; init; }

    /// <summary>Dangerous settings that the project may use; <c>null</c> = there is no project to ask.</summary>
    public IReadOnlyList<string>? AllowedSettings { get; init; }

    /// <summary>Runs of the project at once; 0 = any number.</summary>
    public int ProjectMaxRunning { get; init; }

    /// <summary>The system's variables, then the project's: a later one of a name counts.</summary>
    public IReadOnlyList<CatalogueVariable> Variables { get; init; } = [];

    public CatalogueCodeHost? CodeHost(string name) => CodeHosts.FirstOrDefault(host => host.Name == name);

    public CatalogueImage? Image(string label) => Images.FirstOrDefault(image => image.Label == label);

    public CatalogueCluster? Cluster(string name) => Clusters.FirstOrDefault(cluster => cluster.Name == name);

    public Package? Package(Install install) =>
        Packages.FirstOrDefault(package => package.Name == install.Name && package.Version == install.Version);

    public BuildTemplate? BuildTemplate(string name) => BuildTemplates.FirstOrDefault(template => template.Name == name);

    public CatalogueDockerfile? Dockerfile(string name) => Dockerfiles.FirstOrDefault(file => file.Name == name);

    /// <summary>Name that images of a module have.</summary>
    public string ImageName(string service, string module) =>
        Modules.FirstOrDefault(known => known.Service == service && known.Module == module)?.ImageName ?? module;

    /// <summary>The system's own cluster, which a build gets when it names none.</summary>
    public CatalogueCluster? LocalCluster => Clusters.FirstOrDefault(cluster => cluster.IsLocal);
}

/// <summary>A variable of the system or of the project.</summary>
/// <param name="Name">Name in the environment.</param>
/// <param name="Value">Value; sealed when it is a credential.</param>
/// <param name="IsCredential">True: masked everywhere.</param>
public sealed record CatalogueVariable(string Name, string Value, bool IsCredential);

/// <summary>A code host.</summary>
public sealed record CatalogueCodeHost
{
    public required string Name { get; init; }

    /// <summary><c>github</c>, <c>gitlab</c>, <c>gitee</c>, <c>gitee-enterprise</c>, <c>gerrit</c>, <c>codehub</c> or <c>other</c>.</summary>
    public required string Type { get; init; }

    /// <summary>http(s), ssh or file address that repositories are below.</summary>
    public required string Address { get; init; }

    public required CodeHostAuth Auth { get; init; }

    /// <summary>User name; empty = what the type of code host uses with a token.</summary>
    public required string Username { get; init; }

    /// <summary>Token, password or private key, sealed; empty with <see cref="CodeHostAuth.None"/>.</summary>
    public required string SealedSecret { get; init; }

    /// <summary>Pinned host keys in known_hosts format; may be empty.</summary>
    public required string KnownHosts { get; init; }

    public required bool VerifyTls { get; init; }

    /// <summary>Certificates in PEM to trust beside the machine's own; may be empty.</summary>
    public string TlsCa { get; init; } = "";

    /// <summary>URL of a proxy; empty = the machine's own settings.</summary>
    public string Proxy { get; init; } = "";
}

/// <summary>How git authenticates at a code host.</summary>
public enum CodeHostAuth
{
    None,
    Password,
    SshKey,
}

/// <summary>A module of a service.</summary>
/// <param name="Service">Service.</param>
/// <param name="Module">Module.</param>
/// <param name="ImageName">Name of its image, not empty.</param>
public sealed record CatalogueModule(string Service, string Module, string ImageName);

/// <summary>A build image.</summary>
/// <param name="Id">Id.</param>
/// <param name="Label">What <c>build_os</c> says.</param>
/// <param name="Reference">The image.</param>
public sealed record CatalogueImage(string Id, string Label, string Reference = "");

/// <summary>A cluster with its scheduling strategies.</summary>
/// <param name="Name">Name.</param>
/// <param name="IsLocal">True for the system's own.</param>
/// <param name="Strategies">Names.</param>
/// <param name="DefaultStrategy">One of <paramref name="Strategies"/>, or empty.</param>
public sealed record CatalogueCluster(string Name, bool IsLocal, IReadOnlyList<string> Strategies, string DefaultStrategy)
{
    /// <summary>Why no run can go there before a person has done something, as a sentence; empty = nothing is known to be wrong.</summary>
    public string Trouble { get; init; } = "";

    /// <summary>Where it keeps caches.</summary>
    public ClusterCache Cache { get; init; } = new() { MediumType = "none" };
}

/// <summary>A dockerfile template.</summary>
/// <param name="Id">Id.</param>
/// <param name="Name">Name.</param>
/// <param name="Content">The Dockerfile.</param>
/// <param name="Revision">Revision of the template.</param>
public sealed record CatalogueDockerfile(string Id, string Name, string Content, int Revision = 0);

/// <summary>An image registry.</summary>
/// <param name="Address">With or without scheme.</param>
/// <param name="Namespace">May be empty.</param>
/// <param name="IsDefault">True for the one a run gets when it names none.</param>
/// <param name="AccessKey">User name.</param>
/// <param name="SealedSecretKey">Password, sealed; empty = anonymous.</param>
/// <param name="EnableTls">False for plain http.</param>
public sealed record CatalogueRegistry(
    string Address, string Namespace, bool IsDefault, string AccessKey, string SealedSecretKey, bool EnableTls)
{
    /// <summary>True when it speaks plain http.</summary>
    public bool IsInsecure => !EnableTls || Address.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
}

/// <summary>An object storage.</summary>
/// <param name="Id">Id.</param>
/// <param name="Value">As it is stored, its secret key sealed.</param>
public sealed record CatalogueStorage(string Id, ObjectStorage Value);

/// <summary>A host that has ever joined.</summary>
/// <param name="Name">Name.</param>
/// <param name="Labels">Labels.</param>
/// <param name="Shells">Script types it can run.</param>
public sealed record CatalogueHost(string Name, IReadOnlyList<string> Labels, IReadOnlyList<string> Shells);
