using Kiln.Contracts.Catalogue;
using Kiln.Server.BuildImages;
using Kiln.Server.Clusters;
using Kiln.Server.Kubernetes.Connections;
using Kiln.Server.Packages;
using Kiln.Server.Queue.Hosts;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Planning;

/// <summary>Where builds run and what with: reads those slices for <see cref="CatalogueLoader"/>.</summary>
public sealed class CataloguePlaces(
    BuildImageStore images, PackageStore packages, ClusterStore clusters, HostRoster hosts, ClusterRoster roster)
{
    public async ValueTask<IReadOnlyList<CatalogueImage>> ImagesAsync(DocumentReads reads, CatalogueNeeds? needs) =>
    [
        .. (await images.NamedAsync(reads, "", needs?.Images))
            .Select(image => new CatalogueImage(image.IdText, image.Value.Label, image.Value.Value)),
    ];

    public async ValueTask<IReadOnlyList<Package>> PackagesAsync(DocumentReads reads, CatalogueNeeds? needs) =>
    [
        .. (await packages.NamedAsync(reads, "", needs?.Packages))
            .Select(package => package.Value)
            .Where(package => package.Enabled),
    ];

    /// <summary>Those that every project may use, and the project's.</summary>
    public async ValueTask<IReadOnlyList<CatalogueCluster>> ClustersAsync(DocumentReads reads, string projectKey) =>
    [
        .. (await clusters.AllAsync(reads, ""))
            .Select(stored => stored.Value)
            .Where(cluster => cluster.ProjectNames.Count == 0 || cluster.ProjectNames.Contains(projectKey))
            .Select(cluster => new CatalogueCluster(
                cluster.Name,
                cluster.Local,
                [.. cluster.Strategies.Select(strategy => strategy.StrategyName)],
                cluster.Strategies.FirstOrDefault(strategy => strategy.Default)?.StrategyName ?? "")
            {
                Trouble = Trouble(cluster),
                Cache = cluster.Cache,
            }),
    ];

    // What type agent leads to is known without asking; of the others whoever drives them has tried it.
    private string Trouble(Cluster cluster) => cluster.Type == "agent"
        ? ClusterConnections.Of(cluster) is Connecting.Unusable unusable ? unusable.Message : ""
        : roster.Find(cluster.Name) is { Standing: ClusterStanding.Unusable, Message: var message } ? message : "";

    /// <summary>Every host that ever joined, also those away now: a run may wait for one.</summary>
    public IReadOnlyList<CatalogueHost> Hosts() =>
        [.. hosts.All().Select(host => new CatalogueHost(host.Agent.Name, host.Agent.Labels, host.Agent.Shells))];
}
