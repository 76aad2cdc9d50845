using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Kiln.Contracts.Catalogue;
using Kiln.Server.Kubernetes.Objects;

namespace Kiln.Server.Kubernetes.Manifests;

/// <summary>The claim that a cluster keeps the caches of all builds on. Never removed.</summary>
internal static class CacheClaims
{
    /// <summary>Its name; empty = the cluster has none.</summary>
    public static string NameOf(ClusterCache cache) => cache switch
    {
        { MediumType: not "nfs" } => "",
        { ProvisionType: "dynamic" } => $"kiln-caches-{Hash(cache)}",
        _ => cache.Pvc,
    };

    /// <summary>The claim, for a cluster where Kiln makes it.</summary>
    public static PersistentVolumeClaim Of(PodPlace place) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = NameOf(place.Cache),
            Namespace = place.Namespace,
            Labels = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [PodNames.ManagedBy] = PodNames.Kiln,
                [PodNames.Owner] = place.Owner,
            },
        },
        Spec = new ClaimSpec
        {
            AccessModes = ["ReadWriteMany"],
            StorageClassName = place.Cache.StorageClass.Length == 0 ? null : place.Cache.StorageClass,
            VolumeMode = "Filesystem",
            Resources = new ClaimResources(new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["storage"] = string.Create(CultureInfo.InvariantCulture, $"{place.Cache.StorageSizeInGib}Gi"),
            }),
        },
    };

    // A claim cannot be changed: another size is another claim.
    private static string Hash(ClusterCache cache) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{cache.StorageClass}\n{cache.StorageSizeInGib}"))))[..10];
}
