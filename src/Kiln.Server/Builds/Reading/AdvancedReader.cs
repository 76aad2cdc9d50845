using Kiln.Contracts.Builds;
using Kiln.Server.Bodies;
using Kiln.Server.Builds.Rules;
using Kiln.Server.Http;
using Kiln.Server.Planning;

namespace Kiln.Server.Builds.Reading;

/// <summary>Reads <c>advanced_settings</c>; absent ones take the defaults that a run really has.</summary>
/// <param name="catalogue">Has the clusters.</param>
/// <param name="stored">What an update replaces: additions that are absent are kept from it.</param>
public sealed class AdvancedReader(Catalogue catalogue, AdvancedSettings? stored)
{
    public const int DefaultTimeout = 60;

    // A month: longer than any build, short enough for every timer.
    private const int LongestTimeout = 43_200;

    public AdvancedSettings Read(BodyObject body)
    {
        var settings = body.ChildOrListOfOne("advanced_settings");
        var (cluster, strategy) = ReadPlace(settings);
        return new AdvancedSettings
        {
            ClusterName = cluster,
            Timeout = settings?.Number("timeout", DefaultTimeout, 1, LongestTimeout) ?? DefaultTimeout,
            ResourceSpec = ResourceReader.Read(settings?.Child("resource_spec")),
            UseHostDockerDaemon = settings?.Flag("use_host_docker_daemon", false) ?? false,
            CacheSetting = ReadCache(settings?.Child("cache_setting")),
            StrategyName = strategy,
            Storages = StorageReader.Read(settings?.Child("storages")),
            PrivilegedMode = settings?.Flag("privileged_mode", false) ?? false,
            CustomAnnotations = ReadPairs(settings, "custom_annotations", _ => true),
            CustomLabels = ReadPairs(settings, "custom_labels", KubernetesSyntax.IsLabelValue),
            Outputs = ReadOutputs(settings),
        };
    }

    private (string Cluster, string Strategy) ReadPlace(BodyObject? settings)
    {
        var name = settings?.Text("cluster_name", Presence.Optional) ?? "";
        var cluster = name.Length > 0 ? catalogue.Cluster(name) : catalogue.LocalCluster;
        if (settings is not null && cluster is null && name.Length > 0)
        {
            settings.Violations.AddUnknown(
                settings.At("cluster_name"), "cluster", name, catalogue.Clusters.Select(known => known.Name));
        }
        var strategy = settings?.Text("strategy_name", Presence.Optional) ?? "";
        if (strategy.Length == 0)
        {
            return (cluster?.Name ?? name, cluster?.DefaultStrategy ?? "");
        }
        if (cluster is not null && !cluster.Strategies.Contains(strategy))
        {
            settings!.Violations.AddUnknown(
                settings.At("strategy_name"), $"strategy of cluster \"{cluster.Name}\" called", strategy, cluster.Strategies,
                new FieldSubject("cluster", cluster.Name));
        }
        return (cluster?.Name ?? name, strategy);
    }

    private CacheSetting ReadCache(BodyObject? cache)
    {
        var before = stored?.CacheSetting;
        var enabled = cache?.Flag("enabled", false) ?? false;
        return new CacheSetting
        {
            Enabled = enabled,
            CacheDir = cache?.Text("cache_dir", enabled ? Presence.Filled : Presence.Present) ?? "",
            CacheKey = cache is not null && cache.Has("cache_key")
                ? cache.Text("cache_key", Presence.Optional)
                : before?.CacheKey ?? "",
            RestoreKeys = cache is not null && cache.HasList("restore_keys")
                ? cache.Texts("restore_keys", Presence.Optional)
                : before?.RestoreKeys ?? [],
        };
    }

    private static IReadOnlyList<KeyValue> ReadPairs(BodyObject? settings, string field, Predicate<string> valueRule)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return settings?.Objects(field, Presence.Optional, item =>
        {
            var pair = new KeyValue(item.Text("key", Presence.Filled), item.Scalar("value", Presence.Present));
            if (pair.Key.Length > 0 && !KubernetesSyntax.IsKey(pair.Key))
            {
                item.Refuse("key", $"\"{Quoted.Short(pair.Key)}\" is not a key as Kubernetes has them: [prefix/]name, letters, digits, \"-\", \"_\", \".\", 63 at most.");
            }
            else if (pair.Key.Length > 0 && !seen.Add(pair.Key))
            {
                item.Refuse("key", $"{Quoted.Short(pair.Key)} is given twice.");
            }
            if (!valueRule(pair.Value))
            {
                item.Refuse("value", "Is not a label value as Kubernetes has them: letters, digits, \"-\", \"_\", \".\", 63 at most.");
            }
            return pair;
        }) ?? [];
    }

    private static IReadOnlyList<string> ReadOutputs(BodyObject? settings)
    {
        if (settings is null)
        {
            return [];
        }
        var outputs = settings.Texts("outputs", Presence.Optional);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < outputs.Count; i++)
        {
            if (!Identifier.IsValid(outputs[i]))
            {
                settings.Refuse($"outputs[{i}]", $"\"{Quoted.Short(outputs[i])}\" cannot be an output's name; {Identifier.Rule}.");
            }
            else if (!seen.Add(outputs[i]))
            {
                settings.Refuse($"outputs[{i}]", $"{outputs[i]} is declared twice.");
            }
        }
        return [.. outputs.Except(["IMAGE", "PKG_FILE"])];
    }
}
