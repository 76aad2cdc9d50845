using Kiln.Contracts.Plans;
using Kiln.Server.Kubernetes.Objects;

namespace Kiln.Server.Kubernetes.Manifests;

/// <summary>
/// What a run is in a cluster: one Job, the secrets its pod is given, and the claims its volumes need. A pure function of
/// plan, cluster and settings; tests hold it by golden files.
/// </summary>
/// <param name="Job">The Job.</param>
/// <param name="Token">What the container <c>kiln</c> is given. Made behind the Job, as the Job's own.</param>
/// <param name="Logins">What images are pulled with: none or one. Made before the Job, and the Job's own afterwards.</param>
/// <param name="Claims">Made before the Job where they do not exist; those with a run's label become the Job's own.</param>
public sealed record RunManifest(Job Job, Secret Token, IReadOnlyList<Secret> Logins, IReadOnlyList<PersistentVolumeClaim> Claims)
{
    /// <summary>Where exec waits for the build container's processes, see docs/kubernetes.md.</summary>
    private const string Wait =
        "until [ -e /kiln/go ]; do sleep 0.02 2>/dev/null || sleep 1; done; exec /kiln/kiln-exec room /kiln";

    private const string TokenKey = "token";

    // The backstop of a run whose own clock has died: kubelet ends the pod then.
    private const int DeadlineSlackSeconds = 600;

    // The backstop of a server that never comes back to clear up.
    private const int KeptSeconds = 3600;

    // Beyond the grace: to deliver the end and the last of the log.
    private const int DeliverySeconds = 20;

    private static readonly string[] KilnMay = ["CHOWN", "DAC_OVERRIDE", "FOWNER"];

    // Enough for buildah to make a user namespace with all its users, and nothing outside of it.
    private static readonly string[] KilnMayWithImages = [.. KilnMay, "SETFCAP", "SETGID", "SETUID"];

    /// <exception cref="InvalidDataException">The strategy's tolerations cannot be read.</exception>
    public static RunManifest Of(PodOrder order)
    {
        var volumes = PodVolumes.Of(order);
        var pull = PullSecret.Of(order);
        return new RunManifest(JobOf(order, volumes, pull), TokenOf(order), pull is null ? [] : [pull], volumes.Claims);
    }

    private static Job JobOf(PodOrder order, PodVolumes volumes, Secret? pull)
    {
        var pod = order.Plan.Pod!;
        var strategy = PodScheduling.Choose(order.Place.Strategies, pod.StrategyName);
        var meta = Meta(order, pod);
        return new Job
        {
            Metadata = meta with { Name = PodNames.Of(order.Key), Namespace = order.Place.Namespace },
            Spec = new JobSpec
            {
                BackoffLimit = 0,
                TtlSecondsAfterFinished = KeptSeconds,
                Template = new PodTemplate(meta, new PodSpec
                {
                    RestartPolicy = "Never",
                    // The pod's own and not the Job's, which would count the time that the pod waits for a node.
                    ActiveDeadlineSeconds = (order.Plan.TimeoutMinutes * 60L) + order.GraceSeconds + DeadlineSlackSeconds,
                    AutomountServiceAccountToken = false,
                    EnableServiceLinks = false,
                    TerminationGracePeriodSeconds = order.GraceSeconds + DeliverySeconds,
                    ImagePullSecrets = pull is null ? null : [new(pull.Metadata.Name)],
                    Affinity = PodScheduling.Affinity(strategy),
                    Tolerations = PodScheduling.Tolerations(strategy),
                    Containers = [KilnOf(order, volumes), BuildOf(pod, volumes)],
                    Volumes = volumes.All,
                }),
            },
        };
    }

    // Labels of the build never override those that the server finds its objects by.
    private static ObjectMeta Meta(PodOrder order, PlannedPod pod)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in pod.Labels)
        {
            labels[key] = value;
        }
        foreach (var (key, value) in PodNames.Labels(order.Key, order.Place.Owner))
        {
            labels[key] = value;
        }
        var annotations = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["kiln/project"] = order.Plan.ProjectKey,
            ["kiln/build"] = order.Plan.BuildName,
        };
        foreach (var (key, value) in pod.Annotations)
        {
            annotations[key] = value;
        }
        return new ObjectMeta { Labels = labels, Annotations = annotations };
    }

    private static Container KilnOf(PodOrder order, PodVolumes volumes) => new()
    {
        Name = PodNames.Kiln,
        Image = order.Place.AgentImage,
        Args = ["pod"],
        Env =
        [
            new("KILN_SERVER", order.Place.ServerUrl.ToString().TrimEnd('/')),
            new("KILN_LEASE", $"{order.Key.RunId}-{order.Key.Attempt}-{order.Key.Fence}"),
            new("KILN_RUN_TOKEN", ValueFrom: new() { SecretKeyRef = new(PodNames.Of(order.Key), TokenKey) }),
            new("KILN_POD", ValueFrom: new() { FieldRef = new("metadata.name") }),
            new("KILN_NODE", ValueFrom: new() { FieldRef = new("spec.nodeName") }),
            .. order.Plan.Pod!.CacheStorage is null
                ? (IEnumerable<EnvVar>)[]
                : [new("KILN_CACHE_STORE", ValueFrom: new() { SecretKeyRef = new(PodNames.Of(order.Key), CacheStore.SecretKey) })],
        ],
        Resources = PodResources.OfKiln,
        SecurityContext = new()
        {
            RunAsUser = 0,
            AllowPrivilegeEscalation = false,
            Capabilities = new(["ALL"], order.Plan.Steps.Any(static step => step is PlannedStep.Image) ? KilnMayWithImages : KilnMay),
        },
        VolumeMounts = volumes.OfKiln,
    };

    private static Container BuildOf(PlannedPod pod, PodVolumes volumes) => new()
    {
        Name = PodNames.Build,
        Image = pod.Image,
        Command = ["/bin/sh", "-c", Wait],
        Resources = PodResources.OfBuild(pod.Resources),
        SecurityContext = pod.IsPrivileged ? new() { RunAsUser = 0, Privileged = true } : new() { RunAsUser = 0 },
        VolumeMounts = volumes.OfBuild,
    };

    private static Secret TokenOf(PodOrder order) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = PodNames.Of(order.Key),
            Namespace = order.Place.Namespace,
            Labels = PodNames.Labels(order.Key, order.Place.Owner),
        },
        StringData = order.Plan.Pod!.CacheStorage is { } storage
            ? new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [TokenKey] = order.Token, [CacheStore.SecretKey] = CacheStore.Of(storage, order.Secrets[storage.SecretRef]),
            }
            : new Dictionary<string, string>(StringComparer.Ordinal) { [TokenKey] = order.Token },
    };
}
