using Kiln.Contracts.Builds;
using Kiln.Contracts.Plans;

namespace Kiln.Server.Planning;

/// <summary>The pod of a run on Kubernetes: the build's settings with their variables expanded, and the logins for its images.</summary>
internal static class PodPlanning
{
    private const string Field = "advanced_settings";

    public static void Add(PlanDraft draft)
    {
        if (!draft.IsForPod)
        {
            return;
        }
        var cluster = Cluster(draft);
        var image = Image(draft);
        if (cluster is null || image is null)
        {
            return;
        }
        var settings = draft.Recipe.AdvancedSettings;
        var paths = new PodPaths(draft);
        var cache = PodCache.Plan(draft, cluster, paths);
        draft.Pod = new PlannedPod
        {
            ClusterName = cluster.Name,
            StrategyName = settings.StrategyName,
            Image = image.Reference,
            Resources = settings.ResourceSpec,
            IsPrivileged = settings.PrivilegedMode,
            UsesHostDocker = settings.UseHostDockerDaemon,
            CacheDirectory = cache.Directory,
            CacheSubpath = cache.Subpath,
            KeepsArchives = cache.KeepsArchives,
            IgnoresCache = draft.Input.Request.IgnoreCache,
            Storages = Storages(settings.Storages, paths),
            Labels = settings.CustomLabels,
            Annotations = settings.CustomAnnotations,
            Pulls = PullPlanning.Add(draft, image.Reference, draft.Input.AgentImage),
        };
    }

    private static CatalogueCluster? Cluster(PlanDraft draft)
    {
        const string field = $"{Field}.cluster_name";
        var (name, strategy) = (draft.Recipe.AdvancedSettings.ClusterName, draft.Recipe.AdvancedSettings.StrategyName);
        var catalogue = draft.Input.Catalogue;
        if ((name.Length == 0 ? catalogue.LocalCluster : catalogue.Cluster(name)) is not { } cluster)
        {
            draft.Violations.AddUnknown(
                field, "cluster that this project may use called", name, catalogue.Clusters.Select(known => known.Name));
            return null;
        }
        if (cluster.Trouble.Length > 0)
        {
            draft.Violations.Add(field, $"Cluster \"{cluster.Name}\" cannot be used. {cluster.Trouble}");
        }
        if (strategy.Length > 0 && !cluster.Strategies.Contains(strategy))
        {
            draft.Violations.AddUnknown(
                $"{Field}.strategy_name", $"strategy of cluster \"{cluster.Name}\" called", strategy, cluster.Strategies);
        }
        return cluster;
    }

    private static CatalogueImage? Image(PlanDraft draft)
    {
        if (draft.Input.Catalogue.Image(draft.Recipe.BuildOs) is { } image)
        {
            return image;
        }
        draft.Violations.AddUnknown(
            "build_os", "build image", draft.Recipe.BuildOs, draft.Input.Catalogue.Images.Select(known => known.Label));
        return null;
    }

    private static IReadOnlyList<StorageProperty> Storages(StorageSetting storages, PodPaths paths) => !storages.Enabled ? [] :
    [
        .. storages.StoragesProperties.Select((storage, index) => storage with
        {
            MountPath = paths.Mount(storage.MountPath, $"{Field}.storages.storages_properties[{index}].mount_path"),
            Subpath = paths.Below(storage.Subpath, $"{Field}.storages.storages_properties[{index}].subpath"),
        }),
    ];
}
