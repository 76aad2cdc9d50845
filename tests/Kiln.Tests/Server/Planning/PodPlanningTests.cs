using Kiln.Contracts.Builds;
using Kiln.Contracts.Catalogue;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Server.Planning;
using Kiln.Server.Queue;
using Kiln.Tests.Fixtures;
using Known = Kiln.Server.Planning.Catalogue;

namespace Kiln.Tests.Server.Planning;

public sealed class PodPlanningTests
{
    private static readonly CatalogueCluster Lab =
        new("local-20250523164625", IsLocal: true, ["优先调度", "gpu"], "优先调度");

    private static readonly Known InLab = Catalogues.Document with
    {
        Clusters = [Lab],
        Images = [new CatalogueImage("2", "ubuntu 20.04", "registry.example.com/tools/ubuntu:20.04")],
        Registries =
        [
            new CatalogueRegistry("https://registry.example.com", "team", IsDefault: true, "robot", "sealed-team", EnableTls: true),
            new CatalogueRegistry("registry.example.com", "tools", IsDefault: false, "reader", "sealed-tools", EnableTls: true),
            new CatalogueRegistry("other.example.com", "x", IsDefault: false, "other", "sealed-other", EnableTls: true),
        ],
    };

    [Fact]
    public void A_build_on_Kubernetes_is_a_pod_of_its_cluster_from_its_image_with_that_registrys_login()
    {
        var planned = Planned(Build());
        var pod = planned.Plan.Pod!;

        Assert.Equal(("local-20250523164625", "registry.example.com/tools/ubuntu:20.04"), (pod.ClusterName, pod.Image));
        Assert.Equal(["cluster:local-20250523164625"], Needs.Of(planned.Plan));
        Assert.Equal(new PlannedPull("registry.example.com", "reader", "pull/registry.example.com"), Assert.Single(pod.Pulls));
        Assert.Equal("sealed-tools", planned.Secrets.Sealed["pull/registry.example.com"]);
        Assert.Equal(ResourceDefaults.Spec, pod.Resources);
    }

    [Fact]
    public void What_the_build_says_is_in_the_pod_with_its_variables_expanded()
    {
        var pod = Planned(Build(settings => settings with
        {
            StrategyName = "gpu",
            PrivilegedMode = true,
            UseHostDockerDaemon = true,
            CustomLabels = [new("team", "shop")],
            Storages = new StorageSetting(true, [PodOrders.Storage("$WORKSPACE/cache") with { Subpath = "$PROJECT/${SERVICE}" }]),
        })).Plan.Pod!;

        Assert.Equal(("gpu", true, true, "team"), (pod.StrategyName, pod.IsPrivileged, pod.UsesHostDocker, pod.Labels[0].Key));
        Assert.Equal(("/workspace/cache", "yaml/service1"), (pod.Storages[0].MountPath, pod.Storages[0].Subpath));
    }

    [Fact]
    public void Storages_that_are_switched_off_are_not_mounted() =>
        Assert.Empty(Planned(Build(settings => settings with
        {
            Storages = new StorageSetting(false, [PodOrders.Storage("/data")]),
        })).Plan.Pod!.Storages);

    [Theory]
    [InlineData("/kiln", "", "mount_path")]
    [InlineData("/kiln-run/x", "", "mount_path")]
    [InlineData("/", "", "mount_path")]
    [InlineData("/data", "../../etc", "subpath")]
    public void A_path_that_leads_elsewhere_is_refused_by_its_field(string mountPath, string subpath, string field)
    {
        var errors = Rejected(Build(settings => settings with
        {
            Storages = new StorageSetting(true, [PodOrders.Storage(mountPath) with { Subpath = subpath }]),
        }), InLab);

        Assert.Equal($"advanced_settings.storages.storages_properties[0].{field}", Assert.Single(errors).Field);
    }

    [Fact]
    public void A_cluster_that_is_not_there_or_cannot_be_used_is_one_violation_of_its_field()
    {
        var gone = Assert.Single(Rejected(Build(), InLab with { Clusters = [] }));
        var unusable = Assert.Single(Rejected(Build(), InLab with { Clusters = [Lab with { Trouble = "Its kubeconfig is empty." }] }));

        Assert.Equal(("advanced_settings.cluster_name", "advanced_settings.cluster_name"), (gone.Field, unusable.Field));
        Assert.Equal("Cluster \"local-20250523164625\" cannot be used. Its kubeconfig is empty.", unusable.Message);
    }

    [Fact]
    public void A_strategy_and_an_image_that_have_gone_are_named()
    {
        var errors = Rejected(Build(settings => settings with { StrategyName = "arm" }), InLab);
        var image = Rejected(Build(), InLab with { Images = [] });

        Assert.Equal("advanced_settings.strategy_name", Assert.Single(errors).Field);
        Assert.Equal("build_os", Assert.Single(image).Field);
    }

    [Fact]
    public void A_cache_lies_on_the_clusters_volume_and_needs_no_step()
    {
        var plan = Planned(
            Build(WithCache), InLab with
            {
                Clusters = [Lab with { Cache = new ClusterCache { MediumType = "nfs", ProvisionType = "static", Pvc = "c", Subpath = "$PROJECT" } }],
            }).Plan;

        Assert.Equal(("/workspace/node_modules", "yaml"), (plan.Pod!.CacheDirectory, plan.Pod.CacheSubpath));
        Assert.DoesNotContain(plan.Steps, step => step is PlannedStep.CacheRestore or PlannedStep.CacheSave);
    }

    [Fact]
    public void A_cache_in_an_object_storage_is_restored_and_saved_by_steps()
    {
        var plan = Planned(
            Build(WithCache),
            InLab with
            {
                Clusters = [Lab with { Cache = new ClusterCache { MediumType = "object", ObjectStorage = "s3" } }],
                Storages =
                [
                    new CatalogueStorage("1", new ObjectStorage
                    {
                        Name = "s3", Endpoint = "s3.example.com", Bucket = "b", Subfolder = "", Region = "", Ak = "ak", Sk = "sealed-s3",
                        Insecure = false, IsDefault = false,
                    }),
                ],
            }).Plan;

        Assert.Equal(("", "s3"), (plan.Pod!.CacheDirectory, plan.Pod.CacheStorage!.Name));
        Assert.Contains(plan.Steps, step => step is PlannedStep.CacheSave);
    }

    [Fact]
    public void A_cluster_without_caches_says_so_in_the_log()
    {
        var plan = Planned(Build(WithCache)).Plan;

        Assert.Contains("keeps no caches", Assert.Single(plan.Notices));
        Assert.DoesNotContain(plan.Steps, step => step is PlannedStep.CacheSave);
    }

    [Fact]
    public void What_only_hosts_do_is_noticed_in_one_line()
    {
        var build = Build() with { VmLabels = ["gpu"], RunPolicy = new RunPolicy(KeepWorkspaceMinutes: 30) };

        Assert.Equal(
            "In a pod these settings have no effect: vm_labels, keep_workspace_minutes.", Assert.Single(Planned(build).Plan.Notices));
    }

    [Theory]
    [InlineData("ubuntu:20.04", "docker.io")]
    [InlineData("library/ubuntu", "docker.io")]
    [InlineData("index.docker.io/library/ubuntu", "docker.io")]
    [InlineData("registry.example.com:5000/a/b:1", "registry.example.com:5000")]
    [InlineData("localhost/a", "localhost")]
    public void The_registry_of_an_image_is_read_as_Docker_reads_it(string image, string host) =>
        Assert.Equal(host, PullPlanning.HostOf(image));

    private static AdvancedSettings WithCache(AdvancedSettings settings) => settings with
    {
        CacheSetting = settings.CacheSetting with { Enabled = true, CacheDir = "node_modules" },
    };

    private static PlainBuildSpec Build(Func<AdvancedSettings, AdvancedSettings>? change = null)
    {
        var plain = SampleBuilds.Plain with { Infrastructure = "kubernetes", BuildOs = "ubuntu 20.04" };
        return plain with
        {
            AdvancedSettings = (change ?? (static settings => settings))(plain.AdvancedSettings with
            {
                ClusterName = "local-20250523164625",
                StrategyName = "",
                ResourceSpec = ResourceDefaults.Spec,
                CacheSetting = Catalogues.Settings.CacheSetting,
                Storages = Catalogues.Settings.Storages,
                PrivilegedMode = false,
                UseHostDockerDaemon = false,
            }),
        };
    }

    private static PlanOutcome.Planned Planned(PlainBuildSpec build) => Planned(build, InLab);

    private static PlanOutcome.Planned Planned(PlainBuildSpec build, Known catalogue) =>
        Assert.IsType<PlanOutcome.Planned>(Planner.Plan(Input(build, catalogue)));

    private static IReadOnlyList<Kiln.Server.Http.FieldError> Rejected(PlainBuildSpec build, Known catalogue) =>
        Assert.IsType<PlanOutcome.Rejected>(Planner.Plan(Input(build, catalogue))).Violations.Errors;

    private static PlanningInput Input(PlainBuildSpec build, Known catalogue) => new()
    {
        Build = new BuildDefinition.Plain(build),
        Revision = 7,
        Catalogue = catalogue,
        Request = new RunRequest(),
        RunId = 42,
        Now = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        RunUrl = "http://kiln/runs/42",
    };
}
