using Kiln.Contracts.Builds;
using Kiln.Contracts.Catalogue;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Protocol;
using Kiln.Server.Kubernetes.Manifests;

namespace Kiln.Tests.Fixtures;

/// <summary>Orders for pods.</summary>
internal static class PodOrders
{
    public static PodOrder Plain { get; } = new()
    {
        Key = new LeaseKey(12, 1, 3),
        Token = "run-token",
        Plan = PlanOf(Pod()),
        Secrets = new Dictionary<string, string>(),
        GraceSeconds = 10,
        Place = new PodPlace
        {
            Owner = "5eed",
            Namespace = "kiln",
            ServerUrl = new Uri("http://kiln.example.com:7070/"),
            AgentImage = "registry.example.com/kiln-agent:1",
            Strategies = [],
            Cache = new ClusterCache { MediumType = "none" },
        },
    };

    public static PodOrder With(Func<PlannedPod, PlannedPod> change) =>
        Plain with { Plan = PlanOf(change(Pod())) };

    public static StorageProperty Storage(string mountPath) => new()
    {
        AccessMode = "ReadWriteMany",
        IsTemporary = false,
        MountPath = mountPath,
        ProvisionType = "dynamic",
        Pvc = "",
        StorageClass = "cfs",
        StorageSizeInGib = 2,
        Subpath = "",
    };

    public static SchedulingStrategy Strategy(string kind, params NodeLabel[] labels) => new()
    {
        StrategyName = kind,
        Strategy = kind,
        NodeLabels = labels,
        Tolerations = "",
        Default = false,
    };

    /// <summary>The pod of a plain build.</summary>
    public static PlannedPod Pod() => new()
    {
        ClusterName = "local",
        StrategyName = "",
        Image = "ubuntu:20.04",
        Resources = new ResourceSpec { CpuLimit = 1000, MemoryLimit = 2000, GpuLimit = "", CpuReq = 100, MemoryReq = 200 },
        IsPrivileged = false,
        UsesHostDocker = false,
        CacheDirectory = "",
        IgnoresCache = false,
        Storages = [],
        Labels = [],
        Annotations = [],
        Pulls = [],
    };

    private static RunPlan PlanOf(PlannedPod pod) => FakePlans.Script() with
    {
        ProjectKey = "yaml", BuildName = "api-test", Infrastructure = "kubernetes", TimeoutMinutes = 30, Pod = pod,
    };
}
