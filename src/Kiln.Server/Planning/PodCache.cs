using Kiln.Contracts.Plans;

namespace Kiln.Server.Planning;

/// <summary>How a pod keeps things between runs; the cluster says where.</summary>
/// <param name="Directory">Directory that is on the cluster's volume; empty = none.</param>
/// <param name="Subpath">Its place in that volume.</param>
/// <param name="Storage">Where archives are instead, which steps restore and save; <c>null</c> = nowhere.</param>
internal sealed record PodCache(string Directory, string Subpath, PlannedStorage? Storage)
{
    private static readonly PodCache None = new("", "", Storage: null);

    public static PodCache Plan(PlanDraft draft, CatalogueCluster cluster, PodPaths paths)
    {
        var setting = draft.Recipe.AdvancedSettings.CacheSetting;
        switch (setting.Enabled ? cluster.Cache.MediumType : "off")
        {
            case "nfs":
                const string field = "advanced_settings.cache_setting.cache_dir";
                var directory = PlannedCache.IsWorkspace(setting.CacheDir)
                    ? PlannedPod.Workspace
                    : paths.Mount(Absolute(paths.Expand(setting.CacheDir)), field);
                return new(directory, paths.Below(cluster.Cache.Subpath, field), Storage: null);
            case "object":
                return None with { Storage = StorageOf(draft, cluster) };
            case "none":
                draft.Notices.Add($"Cluster \"{cluster.Name}\" keeps no caches, so cache_setting has no effect; an administrator can give it a cache medium.");
                return None;
            default:
                return None;
        }
    }

    private static PlannedStorage? StorageOf(PlanDraft draft, CatalogueCluster cluster)
    {
        var wanted = cluster.Cache.ObjectStorage;
        if (StoragePlanning.Find(draft, wanted) is { } storage)
        {
            return StoragePlanning.Plan(draft, storage, "cache");
        }
        draft.Violations.AddUnknown(
            "advanced_settings.cache_setting", $"object storage for the caches of cluster \"{cluster.Name}\" called", wanted,
            StoragePlanning.Known(draft));
        return null;
    }

    // As on hosts: what is not absolute is below the workspace.
    private static string Absolute(string path) =>
        path.StartsWith('/') ? path : $"{PlannedPod.Workspace}/{path}";
}
