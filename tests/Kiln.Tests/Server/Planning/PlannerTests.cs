using Kiln.Contracts.Builds;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Server.Planning;
using Kiln.Tests.Fixtures;
using Known = Kiln.Server.Planning.Catalogue;

namespace Kiln.Tests.Server.Planning;

public sealed class PlannerTests
{
    [Fact]
    public void A_plan_says_everything_a_run_does()
    {
        var plan = Planned(SampleBuilds.Plain).Plan;

        Assert.Equal(("yaml", "hello", 7), (plan.ProjectKey, plan.BuildName, plan.Revision));
        Assert.Equal(["checkout", "script", "post_script", "archive"], plan.Steps.Select(step => step.Name));
        Assert.Equal(["IMAGE", "PKG_FILE", "bb"], plan.Outputs);
        Assert.Equal("https://gitlab.example.com/kr-test-org1/multi-service-demo.git", plan.Repos[0].Url);
        Assert.Equal(new PlannedRef("refs/heads/main", null, "main"), plan.Repos[0].Base);
        Assert.Equal(new GitCredential("basic", "oauth2", "codehost/gitlab"), plan.Repos[0].Credential);
        Assert.Equal("multi_service_demo_COMMIT_ID", plan.Repos[0].CommitVariable);
        Assert.Equal("multi-service-demo", plan.Repos[0].Directory);
    }

    [Fact]
    public void Scripts_see_the_documented_variables()
    {
        var variables = Variables(Planned(SampleBuilds.Plain));

        Assert.Equal("true", variables["CI"]);
        Assert.Equal("true", variables["ZADIG"]);
        Assert.Equal("yaml", variables["PROJECT"]);
        Assert.Equal("hello", variables["WORKFLOW"]);
        Assert.Equal("42", variables["TASK_ID"]);
        Assert.Equal("http://kiln/runs/42", variables["TASK_URL"]);
        Assert.Equal("http://kiln/runs/42", variables["BUILD_URL"]);
        Assert.Equal("service1", variables["SERVICE"]);
        Assert.Equal("service1", variables["SERVICE_NAME"]);
        Assert.Equal("module1", variables["SERVICE_MODULE"]);
        Assert.Equal("module1:20260102030405-42-main", variables["IMAGE"]);
        Assert.Equal("module1-20260102030405-42-main.tar.gz", variables["PKG_FILE"]);
        Assert.Equal("multi-service-demo", variables["REPONAME_0"]);
        Assert.Equal("multi_service_demo", variables["REPO_0"]);
        Assert.Equal("main", variables["multi_service_demo_BRANCH"]);
        Assert.Equal("kr-test-org1", variables["multi_service_demo_ORG"]);
        Assert.Equal("main", variables["multi_service_demo_PRE_MERGE_BRANCHES"]);
        Assert.DoesNotContain("GIT_SSL_NO_VERIFY", variables.Keys);
    }

    [Fact]
    public void A_credential_is_in_the_secrets_only()
    {
        var planned = Planned(SampleBuilds.Plain with
        {
            Parameters = [Catalogues.Parameter("token", "s3cret-value") with { IsCredential = true }],
        });

        var variable = planned.Plan.Variables.Single(v => v.Name == "token");
        Assert.Equal("", variable.Value);
        Assert.Equal("s3cret-value", planned.Secrets.Clear[variable.SecretRef!]);
        Assert.Equal(new RunParameterView("token", "********", IsCredential: true), Assert.Single(planned.Parameters));
        Assert.Equal("sealed-token-of-gitlab", planned.Secrets.Sealed["codehost/gitlab"]);
    }

    [Fact]
    public void A_parameter_of_the_kind_file_is_the_content_of_one()
    {
        var planned = Planned(SampleBuilds.Plain with
        {
            Parameters =
            [
                Catalogues.Parameter("config", "a: 1") with { Type = "file" },
                Catalogues.Parameter("key", "s3cret-value") with { Type = "file", IsCredential = true },
            ],
        });

        Assert.Equal(new PlannedVariable("config", "a: 1", IsFile: true), planned.Plan.Variables.Single(v => v.Name == "config"));
        Assert.Equal(new PlannedVariable("key", "", "variable/key", IsFile: true), planned.Plan.Variables.Single(v => v.Name == "key"));
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("true")]
    public void A_credential_that_cannot_be_masked_is_noticed(string value)
    {
        var planned = Planned(SampleBuilds.Plain with
        {
            Parameters = [Catalogues.Parameter("token", value) with { IsCredential = true }],
        });
        Assert.Contains(planned.Plan.Notices, notice => notice.Contains("token"));
    }

    [Fact]
    public void Packages_come_from_the_catalogue_and_one_that_has_gone_stops_the_run()
    {
        var build = SampleBuilds.Plain with { Installs = [new Install("go", "1.20.7")] };

        var step = Planned(build).Plan.Steps.OfType<PlannedStep.Installs>().Single();
        Assert.Equal(("go", "$HOME/go/bin"), (step.Packages[0].Name, step.Packages[0].BinPath));
        Assert.Equal(["checkout", "installs", "script"], Planned(build).Plan.Steps.Take(3).Select(planned => planned.Name));
        Assert.Equal(["installs[0].version"], Rejected(build with { Installs = [new Install("go", "1.0")] }, new RunRequest()));
    }

    [Fact]
    public void A_multi_select_is_its_chosen_values_and_an_override_may_come_in_both_forms()
    {
        var build = SampleBuilds.Plain with
        {
            Parameters =
            [
                Catalogues.Parameter("m", "a") with { Type = "multi-select", ChoiceOption = ["a", "b", "c"], ChoiceValue = ["a", "b"] },
            ],
        };

        Assert.Equal("a,b", Variables(Planned(build))["m"]);
        Assert.Equal("a", Variables(Planned(build with { Parameters = [build.Parameters[0] with { ChoiceValue = [] }] }))["m"]);
        Assert.Equal("b,c", Variables(Planned(build, new RunRequest { Inputs = [new("m", "b,c")] }))["m"]);
        Assert.Equal("c", Variables(Planned(build, new RunRequest { Inputs = [new("m", null, ["c"])] }))["m"]);
        Assert.Equal(["inputs[0].value"], Rejected(build, new RunRequest { Inputs = [new("m", "b,z")] }));
    }

    [Fact]
    public void Unknown_inputs_repositories_services_and_registries_are_refused_together()
    {
        var request = new RunRequest
        {
            Inputs = [new("nope", "1")],
            RepoInfo = [new RepoOverride { CodehostName = "gitlab", RepoNamespace = "x", RepoName = "y" }],
            Registry = "registry.example.com/ns",
        };
        Assert.Equivalent(new[] { "inputs[0].key", "repo_info[0]", "registry" }, Rejected(SampleBuilds.Plain, request), strict: true);
        Assert.Equal(["service_name"], Rejected(SampleBuilds.Plain, new RunRequest { ServiceName = "service9" }));
    }

    [Fact]
    public void A_build_bound_to_several_services_asks_which_one()
    {
        var build = SampleBuilds.Plain with
        {
            Services = [new ServiceWithModule("service1", "module1"), new ServiceWithModule("service2", "module2")],
        };

        Assert.Equal(["service_name"], Rejected(build, new RunRequest()));
        Assert.Equal("module2", Planned(build, new RunRequest { ServiceName = "service2" }).Plan.ServiceModule);
    }

    [Fact]
    public void A_build_bound_to_none_runs_for_none()
    {
        var planned = Planned(SampleBuilds.Plain with { Services = [] });

        Assert.Equal("", planned.Plan.ServiceName);
        Assert.Equal("hello:20260102030405-42-main", Variables(planned)["IMAGE"]);
    }

    [Fact]
    public void A_build_from_a_template_takes_its_recipe_and_the_targets_values()
    {
        var planned = Assert.IsType<PlanOutcome.Planned>(Planner.Plan(Input(SampleBuilds.FromTemplate, new RunRequest())));

        Assert.Equal(new PlannedStep.Script("shell", "echo $name"), planned.Plan.Steps[^1]);
        Assert.Equal("admin", planned.Plan.Variables.Single(v => v.Name == "name").Value);
        Assert.Equal("zadigx", planned.Secrets.Clear["variable/password"]);
        Assert.Equal("x-access-token", planned.Plan.Repos[0].Credential!.Username);
        Assert.Equal("aslan", planned.Plan.ServiceModule);
    }

    [Fact]
    public void Files_go_to_the_storage_that_is_named_or_the_default_and_reports_are_read_behind_them()
    {
        var build = SampleBuilds.Plain with
        {
            PostBuild = new PostBuildSettings
            {
                Scripts = "",
                ObjectStorageUpload = new ObjectStorageUpload(true, "", [new("out", "", "a"), new("", "$WORKSPACE/b", "b")]),
            },
            Reports = new ReportSettings(["*.xml"]),
        };
        var catalogue = Catalogues.Document with { Storages = [Storage("files", isDefault: false), Storage("usual", isDefault: true)] };

        var planned = Planned(build, new RunRequest(), catalogue);

        Assert.Equal(["checkout", "script", "upload", "reports"], planned.Plan.Steps.Select(step => step.Name));
        var upload = planned.Plan.Steps.OfType<PlannedStep.Upload>().Single().Files;
        Assert.Equal("usual", upload.Storage.Name);
        Assert.Equal([new("out", "a"), new PlannedUploadRule("$WORKSPACE/b", "b")], upload.Rules);
        Assert.Equal("sealed-usual", planned.Secrets.Sealed[upload.Storage.SecretRef]);
        Assert.Equal(
            ["post_build.object_storage_upload.object_storage_id"],
            Rejected(build, new RunRequest()));
    }

    private static CatalogueStorage Storage(string name, bool isDefault) => new(name, new Kiln.Contracts.Catalogue.ObjectStorage
    {
        Name = name, Endpoint = "s3.example.com", Bucket = "builds", Subfolder = "", Region = "", Ak = "ak", Sk = $"sealed-{name}",
        Insecure = false, IsDefault = isDefault,
    });

    [Fact]
    public void Everything_that_stands_against_a_run_is_told_at_once()
    {
        var build = SampleBuilds.Plain with
        {
            Infrastructure = "kubernetes",
            BuildOs = "ubuntu 12.04",
            DockerBuildStep = SampleBuilds.DockerStep,
            AdvancedSettings = Catalogues.Settings with
            {
                CacheSetting = Catalogues.Settings.CacheSetting with { Enabled = true, CacheDir = "$WORKSPACE" },
            },
        };

        Assert.Equivalent(
            new[] { "build_os", "docker_build_step" },
            Rejected(build, new RunRequest()), strict: true);
    }

    [Fact]
    public void A_cache_of_the_workspace_is_restored_before_the_checkout_and_one_of_a_directory_behind_it()
    {
        Assert.Equal(
            ["cache_restore", "checkout", "script", "post_script", "archive", "cache_save"],
            Planned(Cached("$WORKSPACE")).Plan.Steps.Select(step => step.Name));
        Assert.Equal(
            ["checkout", "cache_restore", "script", "post_script", "archive", "cache_save"],
            Planned(Cached("multi-service-demo/.deps")).Plan.Steps.Select(step => step.Name));
        Assert.Equal(
            ["advanced_settings.cache_setting.cache_key"],
            Rejected(Cached("$WORKSPACE", "deps-hash(go.sum)"), new RunRequest()));
    }

    [Fact]
    public void An_image_step_needs_a_registry_and_keeps_credentials_out_of_build_arguments()
    {
        var build = SampleBuilds.Plain with
        {
            Parameters = [Catalogues.Parameter("token", "s3cret-value") with { IsCredential = true }],
            DockerBuildStep = SampleBuilds.DockerStep,
        };

        Assert.Equal(["docker_build_step"], Rejected(build, new RunRequest()));
        var image = Planned(build, new RunRequest(), WithRegistry).Plan.Steps.OfType<PlannedStep.Image>().Single().Build;
        Assert.Equal((true, "Dockerfile"), (image.IsInsecure, image.Dockerfile));
        Assert.Equal(["token"], image.Secrets);
        Assert.Equal(
            ["docker_build_step.build_args"],
            Rejected(
                build with { DockerBuildStep = SampleBuilds.DockerStep with { BuildArgs = "--build-arg t=$token" } },
                new RunRequest(), WithRegistry));
    }

    private static Known WithRegistry => Catalogues.Document with
    {
        Registries = [new CatalogueRegistry("http://registry:5000", "team", IsDefault: true, "kiln", "sealed", EnableTls: true)],
    };

    private static PlainBuildSpec Cached(string directory, string key = "") => SampleBuilds.Plain with
    {
        AdvancedSettings = Catalogues.Settings with
        {
            CacheSetting = new CacheSetting { Enabled = true, CacheDir = directory, CacheKey = key, RestoreKeys = [] },
        },
    };

    [Fact]
    public void A_cache_that_the_run_ignores_is_no_hindrance()
    {
        var build = SampleBuilds.Plain with
        {
            AdvancedSettings = Catalogues.Settings with
            {
                CacheSetting = Catalogues.Settings.CacheSetting with { Enabled = true, CacheDir = "$WORKSPACE" },
            },
        };
        Planned(build, new RunRequest { IgnoreCache = true });
    }

    [Fact]
    public void The_host_s_docker_is_asked_first_where_the_build_uses_it()
    {
        var planned = Planned(SampleBuilds.Plain with { AdvancedSettings = Catalogues.Settings with { UseHostDockerDaemon = true } });

        Assert.IsType<PlannedStep.HostDocker>(planned.Plan.Steps[0]);
        Assert.Empty(planned.Plan.Notices);
    }

    [Fact]
    public void Settings_without_a_meaning_on_a_host_are_noticed_in_one_line()
    {
        var planned = Planned(SampleBuilds.Plain with
        {
            AdvancedSettings = Catalogues.Settings with
            {
                PrivilegedMode = true,
                Storages = new StorageSetting(true, []),
                ResourceSpec = ResourceDefaults.Spec with { CpuReq = 100 },
            },
        });
        Assert.Equal(
            "On a host these settings have no effect: resource_spec, storages, privileged_mode.",
            Assert.Single(planned.Plan.Notices));
    }

    [Theory]
    [InlineData(null, 30)]
    [InlineData(0, 0)]
    [InlineData(90, 90)]
    public void A_request_says_how_long_a_workspace_is_kept_or_else_the_builds_policy_does(int? requested, int expected)
    {
        var build = SampleBuilds.Plain with { RunPolicy = new RunPolicy(KeepWorkspaceMinutes: 30) };

        Assert.Equal(expected, Planned(build, new RunRequest { KeepWorkspaceMinutes = requested }).Plan.Policy.KeepWorkspaceMinutes);
    }

    [Theory]
    [InlineData("kubernetes", "powershell")]
    [InlineData("vm", "powershell")]
    [InlineData("vm", "batch_file")]
    public void A_script_that_no_place_can_run_is_refused(string infrastructure, string kind)
    {
        var build = SampleBuilds.Plain with { Infrastructure = infrastructure, ScriptType = kind };
        Assert.Contains("script_type", Rejected(build, new RunRequest()));
    }

    [Fact]
    public void A_host_that_has_the_shell_and_the_labels_fits()
    {
        var build = SampleBuilds.Plain with { ScriptType = "powershell", VmLabels = ["win"] };
        var input = Input(new BuildDefinition.Plain(build), new RunRequest());

        var hosts = new[] { new CatalogueHost("w", ["win"], ["powershell"]) };
        Assert.IsType<PlanOutcome.Planned>(Planner.Plan(input with { Catalogue = input.Catalogue with { Hosts = hosts } }));

        hosts = [new("w", ["win"], ["shell"]), new("l", [], ["powershell"])];
        Assert.IsType<PlanOutcome.Rejected>(Planner.Plan(input with { Catalogue = input.Catalogue with { Hosts = hosts } }));
    }

    private static PlanOutcome.Planned Planned(PlainBuildSpec build) => Planned(build, new RunRequest());

    private static PlanOutcome.Planned Planned(PlainBuildSpec build, RunRequest request) =>
        Planned(build, request, Catalogues.Document);

    private static PlanOutcome.Planned Planned(PlainBuildSpec build, RunRequest request, Known catalogue) =>
        Assert.IsType<PlanOutcome.Planned>(
            Planner.Plan(Input(new BuildDefinition.Plain(build), request) with { Catalogue = catalogue }));

    private static IReadOnlyList<string> Rejected(PlainBuildSpec build, RunRequest request) =>
        Rejected(build, request, Catalogues.Document);

    private static IReadOnlyList<string> Rejected(PlainBuildSpec build, RunRequest request, Known catalogue) =>
        [.. Assert.IsType<PlanOutcome.Rejected>(
            Planner.Plan(Input(new BuildDefinition.Plain(build), request) with { Catalogue = catalogue })).Violations.Errors.Select(error => error.Field)];

    private static Dictionary<string, string> Variables(PlanOutcome.Planned planned) =>
        planned.Plan.Variables.GroupBy(v => v.Name).ToDictionary(group => group.Key, group => group.Last().Value);

    private static PlanningInput Input(BuildDefinition build, RunRequest request) => new()
    {
        Build = build,
        Revision = 7,
        Catalogue = Catalogues.Document,
        Request = request,
        RunId = 42,
        Now = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        RunUrl = "http://kiln/runs/42",
    };
}
