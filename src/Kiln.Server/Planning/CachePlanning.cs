using Kiln.Contracts.Plans;

namespace Kiln.Server.Planning;

/// <summary>The cache of a build's target.</summary>
internal static class CachePlanning
{
    /// <summary><c>null</c> when the run has none.</summary>
    public static PlannedCache? Plan(PlanDraft draft)
    {
        var setting = draft.Recipe.AdvancedSettings.CacheSetting;
        if (!setting.Enabled || draft.Input.Request.IgnoreCache || draft is { IsForPod: true, Pod: not { KeepsArchives: true } })
        {
            return null;
        }
        if (PlannedCache.IsWorkspace(setting.CacheDir) && HasHash(setting.CacheKey, setting.RestoreKeys))
        {
            draft.Violations.Add(
                "advanced_settings.cache_setting.cache_key",
                "hash(…) looks at checked out files, and a cache of the whole workspace is restored before the checkout; "
                    + "name a directory in cache_dir, or leave hash(…) out.");
        }
        var (name, project) = draft.Input.Build.Identity();
        return new PlannedCache
        {
            Scope = string.Join('/', new[] { project, name, draft.Target.ServiceName, draft.Target.ServiceModule }.Select(Uri.EscapeDataString)),
            Directory = setting.CacheDir,
            Key = setting.CacheKey,
            RestoreKeys = setting.RestoreKeys,
        };
    }

    private static bool HasHash(string key, IReadOnlyList<string> restoreKeys) =>
        restoreKeys.Prepend(key).Any(text => text.Contains("hash(", StringComparison.Ordinal));
}
