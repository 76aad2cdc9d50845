namespace Kiln.Contracts.Catalogue;

/// <summary>A project: the room that builds, services and runs live in.</summary>
public sealed record Project
{
    /// <summary>Lower-case letters, digits and <c>-</c>; never changes.</summary>
    public required string ProjectKey { get; init; }

    /// <summary>Name for people.</summary>
    public required string ProjectName { get; init; }

    public required bool IsPublic { get; init; }
    public required string Description { get; init; }

    /// <summary><c>yaml</c>, <c>helm</c> or <c>loaded</c>: how its services are deployed. Kiln keeps it for clients.</summary>
    public required string ProjectType { get; init; }

    /// <summary>Dangerous settings that its builds may use: <c>privileged</c>, <c>host_docker</c>, <c>static_pvcs</c>; an
    /// administrator's to say.</summary>
    public IReadOnlyList<string> AllowedSettings { get => field ?? []; init; } = [];

    /// <summary>Runs of the project at once; 0 = as many as find a place.</summary>
    public int MaxRunning { get; init; }
}

/// <summary>A service with the modules that builds are bound to.</summary>
public sealed record Service
{
    public required string ServiceName { get; init; }
    public required string Description { get; init; }

    /// <summary>The service's modules.</summary>
    public required IReadOnlyList<ServiceContainer> Containers { get; init; }
}

/// <summary>A service module.</summary>
/// <param name="Name">Name of the module.</param>
/// <param name="Image">Image it runs; may be empty.</param>
/// <param name="ImageName">Name part of its image; the module's name unless said otherwise.</param>
public sealed record ServiceContainer(string Name, string Image, string ImageName);
