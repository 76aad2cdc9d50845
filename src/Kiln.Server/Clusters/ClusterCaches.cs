using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;

namespace Kiln.Server.Clusters;

/// <summary>The cache medium of a cluster's body.</summary>
internal static class ClusterCaches
{
    private static readonly ClusterCache None = new() { MediumType = "none" };

    public static ClusterCache Read(BodyObject body) => body.Child("cache") is not { } cache
        ? None
        : cache.Word("medium_type", Presence.Filled, "none", "none", "nfs", "object") switch
        {
            "object" => new ClusterCache
            {
                MediumType = "object",
                ObjectStorage = cache.Text("object_storage", Presence.Filled).Trim(),
            },
            "nfs" => Volume(cache),
            _ => None,
        };

    private static ClusterCache Volume(BodyObject cache)
    {
        var provision = cache.Word("provision_type", Presence.Filled, "dynamic", "static", "dynamic");
        var isDynamic = provision == "dynamic";
        return new ClusterCache
        {
            MediumType = "nfs",
            ProvisionType = provision,
            Pvc = cache.Text("pvc", isDynamic ? Presence.Optional : Presence.Filled),
            StorageClass = cache.Text("storage_class", Presence.Optional),
            StorageSizeInGib = cache.Number("storage_size_in_gib", isDynamic ? 10 : 0, isDynamic ? 1 : 0, 1_000_000),
            Subpath = cache.Text("subpath", Presence.Optional),
        };
    }
}
