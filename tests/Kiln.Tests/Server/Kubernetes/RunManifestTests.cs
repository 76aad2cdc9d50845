using System.Text.Json;
using System.Text.Json.Nodes;
using Kiln.Contracts.Catalogue;
using Kiln.Contracts.Plans;
using Kiln.Server.Kubernetes.Manifests;
using Kiln.Server.Kubernetes.Objects;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Kubernetes;

public sealed class RunManifestTests
{
    [Fact]
    public void A_plain_build_is_a_job_of_two_containers() => Matches("plain", PodOrders.Plain);

    [Fact]
    public void A_run_that_builds_an_image_may_map_its_users()
    {
        var image = new PlannedImage
        {
            Dockerfile = "Dockerfile",
            DockerfileText = null,
            Context = ".",
            Arguments = "",
            WantsBuildKit = false,
            Platforms = "",
            UsesProxy = false,
            Tags = ["registry.example.com/team/shop:1"],
            IsInsecure = false,
            Secrets = [],
        };
        var order = PodOrders.Plain with { Plan = PodOrders.Plain.Plan with { Steps = [new PlannedStep.Image(image)] } };

        var kiln = RunManifest.Of(order).Job.Spec.Template.Spec.Containers[0];

        Assert.Equal(["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETFCAP", "SETGID", "SETUID"], kiln.SecurityContext!.Capabilities!.Add!);
        Assert.False(kiln.SecurityContext.AllowPrivilegeEscalation);
    }

    [Fact]
    public void Every_field_of_a_build_has_its_place_in_the_pod()
    {
        var order = PodOrders.With(pod => pod with
        {
            StrategyName = "优先调度",
            Resources = pod.Resources with { GpuLimit = "nvidia.com/gpu: 1" },
            IsPrivileged = true,
            UsesHostDocker = true,
            CacheDirectory = "/root/.cache",
            Labels = [new("team", "shop"), new("kiln/run", "999")],
            Annotations = [new("test-a", "abc")],
            Storages =
            [
                PodOrders.Storage("/workspace") with { IsTemporary = true, Subpath = "yaml", AccessMode = "ReadOnlyMany" },
                PodOrders.Storage("/data"),
                PodOrders.Storage("/shared") with { ProvisionType = "static", Pvc = "team-files" },
                PodOrders.Storage("/more") with { ProvisionType = "static", Pvc = "team-files", Subpath = "more" },
                PodOrders.Storage("/data"),
            ],
            Pulls = [new PlannedPull("registry.example.com", "robot", "pull/0")],
        });

        Matches("every-field", order with
        {
            Secrets = new Dictionary<string, string> { ["pull/0"] = "hunter2" },
            Place = order.Place with
            {
                Cache = Caches,
                Strategies =
                [
                    PodOrders.Strategy("normal") with { Default = true },
                    PodOrders.Strategy("preferred", new NodeLabel("disk", "In", ["ssd"]), new NodeLabel("gpu", "Exists", [])) with
                    {
                        StrategyName = "优先调度",
                        Tolerations = "- key: dedicated\n  operator: Equal\n  value: builds\n  effect: NoSchedule\n",
                    },
                ],
            },
        });
    }

    [Fact]
    public void A_required_strategy_lets_any_of_its_labels_do()
    {
        var job = JobOf([PodOrders.Strategy(
            "required", new NodeLabel("pool", "In", ["a", "b"]), new NodeLabel("zone", "NotIn", ["z"])) with { Default = true }]);

        var terms = job.Spec.Template.Spec.Affinity!.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution!.NodeSelectorTerms;
        Assert.Equal(["pool In a,b", "zone NotIn z"], terms.Select(term =>
            $"{term.MatchExpressions[0].Key} {term.MatchExpressions[0].Operator} {string.Join(',', term.MatchExpressions[0].Values!)}"));
    }

    [Fact]
    public void A_normal_strategy_leaves_the_choice_to_the_scheduler() =>
        Assert.Null(JobOf([PodOrders.Strategy("normal") with { Default = true }]).Spec.Template.Spec.Affinity);

    [Fact]
    public void Tolerations_that_are_no_list_are_refused_by_their_line()
    {
        var strategy = PodOrders.Strategy("normal") with { Default = true, Tolerations = "- key: [" };

        Assert.Throws<InvalidDataException>(() => JobOf([strategy]));
    }

    [Fact]
    public void The_run_token_is_in_no_manifest_but_in_the_secret_of_the_container_that_drives()
    {
        var manifest = RunManifest.Of(PodOrders.Plain);
        var job = JsonSerializer.Serialize(manifest.Job, KubernetesJson.Default.Job);

        Assert.DoesNotContain("run-token", job);
        Assert.Equal("run-token", manifest.Token.StringData!["token"]);
        Assert.DoesNotContain(manifest.Job.Spec.Template.Spec.Containers, container =>
            container.Name == "build" && container.Env is not null);
    }

    [Fact]
    public void A_kept_volume_is_the_same_for_every_run_of_a_build_and_another_when_its_size_changes()
    {
        var storage = PodOrders.Storage("/data");
        var first = ClaimOf(PodOrders.With(pod => pod with { Storages = [storage] }));
        var later = ClaimOf(PodOrders.With(pod => pod with { Storages = [storage] }) with { Key = new(99, 1, 1) });
        var larger = ClaimOf(PodOrders.With(pod => pod with { Storages = [storage with { StorageSizeInGib = 3 }] }));

        Assert.Equal(first.Metadata.Name, later.Metadata.Name);
        Assert.NotEqual(first.Metadata.Name, larger.Metadata.Name);
        Assert.DoesNotContain("kiln/run", first.Metadata.Labels!.Keys);
    }

    [Fact]
    public void A_run_that_ignores_the_cache_finds_an_empty_directory_there()
    {
        var order = PodOrders.With(pod => pod with { CacheDirectory = "/root/.cache", IgnoresCache = true });
        var spec = RunManifest.Of(order with { Place = order.Place with { Cache = Caches } }).Job.Spec.Template.Spec;

        Assert.Contains(spec.Volumes!, volume => volume is { Name: "cache", EmptyDir: not null });
    }

    [Fact]
    public void An_object_storage_for_caches_is_known_to_the_container_that_drives_only_and_by_a_secret()
    {
        var order = PodOrders.With(pod => pod with
        {
            CacheStorage = new PlannedStorage
            {
                Name = "s3", Endpoint = "http://s3.example.com:9000", Bucket = "b", Subfolder = "/team/", Region = "eu", AccessKey = "a/k",
                SecretRef = "cache/s3", IsInsecure = false,
            },
        }) with { Secrets = new Dictionary<string, string> { ["cache/s3"] = "p@ss" } };

        var manifest = RunManifest.Of(order);

        var text = manifest.Token.StringData!["cache-store"];
        Assert.Equal("s3://a%2Fk:p%40ss@s3.example.com:9000/b/team/caches?region=eu&insecure=true", text);
        Assert.Equal("team/caches/", Kiln.Buckets.BucketUrl.Parse(text)!.Prefix);
        Assert.DoesNotContain("p%40ss", JsonSerializer.Serialize(manifest.Job, KubernetesJson.Default.Job));
        Assert.Contains(manifest.Job.Spec.Template.Spec.Containers[0].Env!, variable => variable.Name == "KILN_CACHE_STORE");
    }

    private static ClusterCache Caches => new() { MediumType = "nfs", ProvisionType = "static", Pvc = "caches" };

    private static PersistentVolumeClaim ClaimOf(PodOrder order) => RunManifest.Of(order).Claims.Single();

    private static Job JobOf(IReadOnlyList<SchedulingStrategy> strategies) =>
        RunManifest.Of(PodOrders.Plain with { Place = PodOrders.Plain.Place with { Strategies = strategies } }).Job;

    private static void Matches(string name, PodOrder order)
    {
        var manifest = RunManifest.Of(order);
        var all = new JsonArray(
        [
            .. manifest.Claims.Select(claim => JsonSerializer.SerializeToNode(claim, KubernetesJson.Default.PersistentVolumeClaim)),
            .. manifest.Logins.Prepend(manifest.Token).Select(secret => JsonSerializer.SerializeToNode(secret, KubernetesJson.Default.Secret)),
            JsonSerializer.SerializeToNode(manifest.Job, KubernetesJson.Default.Job),
        ]);
        Golden.Matches($"Server/Kubernetes/Goldens/{name}.json", all);
    }
}
