using Kiln.Contracts.Plans;

namespace Kiln.Server.Planning;

/// <summary>Logins that a pod's images are pulled with.</summary>
internal static class PullPlanning
{
    private const string DockerHub = "docker.io";

    /// <summary>The logins for the registries that <paramref name="images"/> come from; their passwords go into the draft.</summary>
    public static IReadOnlyList<PlannedPull> Add(PlanDraft draft, params IReadOnlyList<string> images)
    {
        var pulls = new List<PlannedPull>();
        foreach (var image in images.Where(static image => image.Length > 0))
        {
            if (Registry(draft.Input.Catalogue.Registries, image) is { } registry
                && !pulls.Exists(known => known.Host == HostOf(image)))
            {
                var reference = $"pull/{HostOf(image)}";
                draft.SealedSecrets[reference] = registry.SealedSecretKey;
                pulls.Add(new PlannedPull(HostOf(image), registry.AccessKey, reference));
            }
        }
        return pulls;
    }

    /// <summary>Registry of an image reference, as Docker reads it: the part before the first slash when it looks like a host.</summary>
    public static string HostOf(string image)
    {
        var slash = image.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : image[..slash];
        return first == "localhost" || first.AsSpan().ContainsAny('.', ':') ? Canonical(first) : DockerHub;
    }

    // Several may lie on one host: the one whose namespace the image is in, else the first with a login.
    private static CatalogueRegistry? Registry(IReadOnlyList<CatalogueRegistry> registries, string image)
    {
        var host = HostOf(image);
        return registries
            .Where(registry => registry.AccessKey.Length > 0 && registry.SealedSecretKey.Length > 0
                && Canonical(RegistryChoice.Host(registry).Split('/')[0]) == host)
            .OrderByDescending(registry => image.StartsWith(RegistryChoice.Path(registry) + "/", StringComparison.Ordinal))
            .FirstOrDefault();
    }

    private static string Canonical(string host) => host is "index.docker.io" or "registry-1.docker.io" ? DockerHub : host;
}
