using System.Globalization;
using Kiln.Contracts.Builds;
using Kiln.Contracts.Plans;
using Kiln.Server.Kubernetes.Objects;

namespace Kiln.Server.Kubernetes.Manifests;

/// <summary>
/// The volumes of a run's pod. The first at a path counts: storages in their order, then the cache, then the workspace's
/// own directory.
/// </summary>
internal sealed class PodVolumes
{
    /// <summary>Where both containers meet: exec, its socket, scripts and outputs.</summary>
    public const string SharedPath = "/kiln";

    /// <summary>What the build must not touch: journals and the log's spool.</summary>
    public const string PrivatePath = "/kiln-run";

    private const string DockerSocket = "/var/run/docker.sock";

    private readonly List<VolumeMount> _mounts = [];
    private readonly Dictionary<string, Volume> _volumes = new(StringComparer.Ordinal);
    private readonly List<PersistentVolumeClaim> _claims = [];

    private PodVolumes() { }

    /// <summary>Claims to be made before the pod.</summary>
    public IReadOnlyList<PersistentVolumeClaim> Claims => _claims;

    public IReadOnlyList<Volume> All => [.. _volumes.Values, new("private") { EmptyDir = new() }];

    /// <summary>Mounts of the container <c>build</c>.</summary>
    public IReadOnlyList<VolumeMount> OfBuild => _mounts;

    /// <summary>Mounts of the container <c>kiln</c>: the same at the same paths, and its own.</summary>
    public IReadOnlyList<VolumeMount> OfKiln => [.. _mounts, new("private", PrivatePath)];

    public static PodVolumes Of(PodOrder order)
    {
        var volumes = new PodVolumes();
        var pod = order.Plan.Pod!;
        volumes.Mount(SharedPath, new("shared") { EmptyDir = new() });
        for (var i = 0; i < pod.Storages.Count; i++)
        {
            volumes.MountStorage(order, pod.Storages[i], i);
        }
        if (pod.CacheDirectory.Length > 0)
        {
            volumes.MountCache(order, pod);
        }
        volumes.Mount(PlannedPod.Workspace, new("workspace") { EmptyDir = new() });
        if (pod.UsesHostDocker)
        {
            volumes.Mount(DockerSocket, new("docker") { HostPath = new(DockerSocket, "Socket") });
        }
        return volumes;
    }

    private void MountStorage(PodOrder order, StorageProperty storage, int index)
    {
        var claim = storage.ProvisionType == "static" ? storage.Pvc
            : storage.IsTemporary ? $"{PodNames.Of(order.Key)}-{index}"
            : PodNames.KeptClaim(order.Plan, storage);
        if (Mount(storage.MountPath, Claimed(claim), storage.Subpath) && storage.ProvisionType == "dynamic"
            && !_claims.Exists(known => known.Metadata.Name == claim))
        {
            _claims.Add(Claim(order, storage, claim));
        }
    }

    private void MountCache(PodOrder order, PlannedPod pod)
    {
        if (pod.IgnoresCache || CacheClaims.NameOf(order.Place.Cache).Length == 0)
        {
            Mount(pod.CacheDirectory, new("cache") { EmptyDir = new() });
            return;
        }
        string[] place = [order.Plan.ProjectKey, order.Plan.BuildName, order.Plan.ServiceName, order.Plan.ServiceModule];
        var claim = CacheClaims.NameOf(order.Place.Cache);
        if (order.Place.Cache.ProvisionType == "dynamic")
        {
            _claims.Add(CacheClaims.Of(order.Place));
        }
        Mount(
            pod.CacheDirectory, Claimed(claim),
            pod.CacheSubpath.Length > 0
                ? pod.CacheSubpath
                : string.Join('/', place.Where(part => part.Length > 0).Select(part => part.Replace('/', '-'))));
    }

    private static Volume Claimed(string claim) =>
        new($"claim-{claim}"[..Math.Min(63, claim.Length + 6)].TrimEnd('-', '.').Replace('.', '-'))
        {
            PersistentVolumeClaim = new(claim),
        };

    // A pod names a volume once, however often it is mounted.
    private bool Mount(string path, Volume volume, string subPath = "")
    {
        var clean = path.Length > 1 ? path.TrimEnd('/') : path;
        if (_mounts.Exists(mount => mount.MountPath == clean))
        {
            return false;
        }
        _volumes.TryAdd(volume.Name, volume);
        _mounts.Add(new VolumeMount(volume.Name, clean, subPath.Length == 0 ? null : subPath));
        return true;
    }

    private static PersistentVolumeClaim Claim(PodOrder order, StorageProperty storage, string name) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = name,
            Namespace = order.Place.Namespace,
            Labels = storage.IsTemporary
                ? PodNames.Labels(order.Key, order.Place.Owner)
                : new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    [PodNames.ManagedBy] = PodNames.Kiln,
                    [PodNames.Owner] = order.Place.Owner,
                },
        },
        Spec = new ClaimSpec
        {
            AccessModes = [storage.AccessMode],
            StorageClassName = storage.StorageClass,
            VolumeMode = "Filesystem",
            Resources = new ClaimResources(new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["storage"] = string.Create(CultureInfo.InvariantCulture, $"{storage.StorageSizeInGib}Gi"),
            }),
        },
    };
}
